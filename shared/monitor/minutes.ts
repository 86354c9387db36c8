import type { BatchSummary, MinuteView } from "./view.js";

const MINUTE_MILLIS = 60_000;
/** A week; older minutes are forgotten. */
const MAX_MINUTES = 7 * 24 * 60;

/** Batches that are not kept one by one any more, added up by the minute. */
export class Minutes {
  /** By beginning, oldest first. */
  readonly #minutes = new Map<number, MinuteView>();

  /** Adds a batch; they come in the order of their times. */
  add(batch: BatchSummary): void {
    const from = batch.time - (batch.time % MINUTE_MILLIS);
    this.#minutes.set(from, sumOf(this.#minutes.get(from) ?? emptyMinute(from), batch));
    if (this.#minutes.size <= MAX_MINUTES) return;
    for (const oldest of this.#minutes.keys()) {
      this.#minutes.delete(oldest);
      break;
    }
  }

  /** Oldest first. */
  get views(): readonly MinuteView[] {
    return [...this.#minutes.values()];
  }
}

function emptyMinute(from: number): MinuteView {
  return {
    from,
    batches: 0,
    failed: 0,
    records: 0,
    bytes: 0,
    schedulingDelay: 0,
    processingTime: 0,
    totalDelay: 0,
    maxProcessingTime: 0,
    maxTotalDelay: 0,
    maxLagMillis: 0,
    cost: 0,
  };
}

function sumOf(minute: MinuteView, batch: BatchSummary): MinuteView {
  const { schedulingDelay = 0, processingTime = 0, totalDelay = 0, cost = 0 } = batch;
  return {
    from: minute.from,
    batches: minute.batches + 1,
    failed: minute.failed + (batch.status === "failed" ? 1 : 0),
    records: minute.records + batch.records,
    bytes: minute.bytes + batch.bytes,
    schedulingDelay: minute.schedulingDelay + schedulingDelay,
    processingTime: minute.processingTime + processingTime,
    totalDelay: minute.totalDelay + totalDelay,
    maxProcessingTime: Math.max(minute.maxProcessingTime, processingTime),
    maxTotalDelay: Math.max(minute.maxTotalDelay, totalDelay),
    maxLagMillis: Math.max(minute.maxLagMillis, batch.lagMillis),
    cost: minute.cost + cost,
  };
}
