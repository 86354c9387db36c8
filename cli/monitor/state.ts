import type { AppView, BatchSummary } from "../../shared/monitor/index.js";
import type { MonitorNews } from "./feed.js";

/** Batches that a terminal may show. */
const KEEP = 200;

/** What a monitor knows by now. */
export class MonitorState {
  app: AppView | undefined;
  trouble: string | undefined;
  readonly #batches = new Map<number, BatchSummary>();

  /** Takes note of news; returns the batches that have ended with them, oldest first. */
  take({ app, batches = [], trouble }: MonitorNews): readonly BatchSummary[] {
    this.app = app ?? this.app;
    this.trouble = trouble;
    const ended = batches.filter((batch) => hasEnded(batch) && !hasEnded(this.#batches.get(batch.time)));
    for (const batch of batches) this.#batches.set(batch.time, batch);
    const surplus = this.#batches.size - KEEP;
    if (surplus > 0) for (const { time } of this.batches.slice(-surplus)) this.#batches.delete(time);
    return ended.sort((a, b) => a.time - b.time);
  }

  /** Newest first. */
  get batches(): readonly BatchSummary[] {
    return [...this.#batches.values()].sort((a, b) => b.time - a.time);
  }
}

export function hasEnded(batch: BatchSummary | undefined): boolean {
  return batch?.status === "completed" || batch?.status === "failed";
}
