/** An application that is made up, batch by batch, for looking at the page: busy, slow, failing, with hostile text in it. */
import type { StageRecord } from "../../shared/checkpoint/index.js";
import { figuresOf } from "../../shared/monitor/app-figures.js";
import type { BatchSummary, BatchView, ErrorView, GraphView, MonitorSource } from "../../shared/monitor/index.js";

const INTERVAL = 1000;
const SHARDS = 6;

export interface SyntheticOptions {
  readonly batches: number;
  /** Time of the first batch. */
  readonly from: number;
  /** Processing time of a batch, milliseconds. @defaultValue around 250 */
  readonly millis?: (index: number) => number;
  /** Batches that fail, by position. */
  readonly failing?: readonly number[];
  /** A text of the program's. */
  readonly hostile?: string;
}

export class SyntheticSource implements MonitorSource {
  readonly run = "synthetic";
  revision = 1;
  readonly #options: SyntheticOptions;
  readonly #summaries: BatchSummary[] = [];
  readonly #changedAt = new Map<number, number>();

  constructor(options: SyntheticOptions) {
    this.#options = options;
    for (let i = 0; i < options.batches; i++) this.add();
  }

  /** One more batch has been done. */
  add(): void {
    const batch = this.#make(this.#summaries.length);
    this.#summaries.push(batch);
    this.revision += 1;
    this.#changedAt.set(batch.time, this.revision);
  }

  app() {
    const failed = this.#summaries.filter(({ status }) => status === "failed").length;
    const cost = this.#summaries.reduce((sum, batch) => sum + (batch.cost ?? 0), 0);
    const newest = this.#summaries.at(-1);
    const recent = this.#summaries.slice(-20);
    const services = (total: number) => ({
      total,
      services: { kinesis: total * 0.2, lambda: total * 0.45, s3: total * 0.15, dynamodb: total * 0.2 },
    });
    return {
      version: 1 as const,
      name: this.#options.hostile ?? "page-views",
      master: "local[2]",
      state: "running" as const,
      startedAt: this.#options.from,
      now: newest?.endedAt ?? this.#options.from,
      batchDuration: INTERVAL,
      batches: {
        completed: this.#summaries.length - failed,
        failed,
        waiting: 0,
        processing: 0,
        retained: this.#summaries.length,
      },
      records: this.#summaries.reduce((sum, { records }) => sum + records, 0),
      processedRecords: this.#summaries.reduce((sum, { records }) => sum + records, 0),
      ...figuresOf(
        this.#summaries,
        recent.map((batch) => services(batch.cost ?? 0)),
        INTERVAL,
        0,
      ),
      cost: services(cost),
      costIsHypothetical: true,
      error: failed > 0 ? failureOf(this.#options.hostile) : undefined,
      receivers: [
        { streamId: 2, streamName: "SocketReceiver", active: true, location: "127.0.0.1:9999", executorId: "slot 1" },
      ],
      rateLimits: { views: 5000 },
      printed: [{ at: newest?.time ?? 0, text: "-----\nTime: 1 ms\n-----\n(/home, 1203)\n(/cart, 288)\n\n" }],
      accumulators: { malformed: "12" },
      config: [
        { name: "batchDuration", value: `${INTERVAL} ms` },
        { name: "checkpoint", value: ".sluice/page-views" },
      ],
    };
  }

  graph(): GraphView {
    const node = (uid: string, kind: string, role: GraphView["nodes"][number]["role"], ...parents: string[]) => ({
      uid,
      kind,
      role,
      parents,
      slide: INTERVAL,
    });
    return {
      version: 1,
      nodes: [
        { ...node("views", "kinesisStream", "input"), source: this.#options.hostile ?? "page-views" },
        node("parse", "map", "operator", "views"),
        node("valid", "filter", "operator", "parse"),
        node("byPage", "reduceByKey", "operator", "valid"),
        node("totals", "updateStateByKey", "stateful", "byPage"),
        node("print-0", "print", "output", "totals"),
        { ...node("recent", "reduceByKeyAndWindow", "window", "valid"), windowLength: 60_000 },
        node("save-1", "saveAsTextFiles", "output", "recent"),
      ],
    };
  }

  timeline() {
    return { version: 1 as const, minutes: [], batches: this.#summaries };
  }

  batches() {
    return this.#summaries.toReversed();
  }

  changedSince(revision: number) {
    return this.#summaries.filter(({ time }) => (this.#changedAt.get(time) ?? 0) > revision);
  }

  batch(time: number): BatchView | undefined {
    const index = (time - this.#options.from) / INTERVAL;
    const summary = this.#summaries[index];
    return summary && this.#view(summary);
  }

  subscribe() {
    return () => undefined;
  }

  #make(i: number): BatchSummary {
    const {
      from,
      hostile,
      failing = [],
      millis = (n) => 230 + 60 * wave(n, 40) + 25 * wave(n * 7, 13),
    } = this.#options;
    const time = from + i * INTERVAL;
    const records = Math.round(1400 + 500 * wave(i, 90) + 120 * wave(i * 3, 11));
    const before = this.#summaries.at(-1)?.endedAt ?? time;
    const startedAt = Math.max(time + 4, before);
    const processingTime = Math.round(millis(i));
    const isFailing = failing.includes(i);
    return {
      time,
      status: isFailing ? "failed" : "completed",
      records,
      bytes: records * 118,
      inputRate: (records * 1000) / INTERVAL,
      submittedAt: time,
      startedAt,
      committedAt: startedAt + processingTime * 0.85,
      endedAt: startedAt + processingTime,
      schedulingDelay: startedAt - time,
      processingTime,
      totalDelay: startedAt - time + processingTime,
      lagMillis: Math.max(0, startedAt - time - 100),
      tasks: 16,
      failedAttempts: isFailing ? 4 : i % 17 === 3 ? 1 : 0,
      hedges: i % 29 === 5 ? 1 : 0,
      shuffleBytes: records * 31,
      stateKeys: 20_000 + i * 3,
      outputsDone: isFailing ? 0 : 2,
      outputs: 2,
      cost: 0.0000121 + processingTime * 2.3e-8,
      error: isFailing ? failureOf(hostile).message : undefined,
    };
  }

  #view(batch: BatchSummary): BatchView {
    const { time, startedAt = time, processingTime = 0, endedAt = time, records, status } = batch;
    const failure = status === "failed" ? failureOf(this.#options.hostile) : undefined;
    const at = (share: number) => startedAt + Math.round(share * processingTime);
    const uids = ["print-0", "save-1"];
    return {
      ...batch,
      inputs: [
        {
          id: 0,
          uid: "views",
          type: "stream",
          records,
          bytes: batch.bytes,
          files: [],
          shards: Array.from({ length: SHARDS }, (_, shard) => ({
            shard: `shardId-${String(shard).padStart(12, "0")}`,
            records: Math.round(records / SHARDS),
            bytes: Math.round(batch.bytes / SHARDS),
            position: `4965000000000000000000000${shard}${time}`,
            ended: false,
            lagMillis: Math.round((batch.lagMillis * (shard + 1)) / SHARDS),
            attempts: [attempt(at(0.01), 0.07 * processingTime)],
          })),
        },
      ],
      stages: [
        this.#stage(0, ["parse", "valid"], at(0.1), 0.5 * processingTime, 4, failure?.causes[0]),
        ...(failure === undefined
          ? [this.#stage(1, ["byPage", "totals", "recent"], at(0.62), 0.2 * processingTime, 2, undefined)]
          : []),
      ],
      state: [
        {
          uid: "totals",
          partitions: 8,
          keys: batch.stateKeys,
          bytes: batch.stateKeys * 42,
          written: 18_233,
          changed: 431,
          timedOut: 3,
        },
      ],
      outputOperations: uids.map((uid, id) => ({
        id,
        uid,
        kind: uid.split("-")[0] as string,
        status: failure === undefined ? "completed" : "skipped",
        ...(failure === undefined && {
          startedAt: at(0.86 + id * 0.07),
          endedAt: id === 0 ? at(0.92) : endedAt,
          duration: Math.round(0.06 * processingTime),
        }),
        token: `page-views/${time}/${uid}`,
      })),
      accumulators: { malformed: "12" },
      costs: {
        total: batch.cost ?? 0,
        services: { lambda: (batch.cost ?? 0) * 0.6, dynamodb: (batch.cost ?? 0) * 0.4 },
      },
      failure,
      replay: `npx sluice replay examples/page-views.ts --batch ${time} --checkpoint .sluice/page-views`,
    };
  }

  #stage(
    id: number,
    operators: readonly string[],
    startedAt: number,
    millis: number,
    calls: number,
    error: string | undefined,
  ): StageRecord {
    return {
      id,
      depth: id,
      operators,
      tasks: calls * 2,
      collapsedInto: undefined,
      shuffleBytes: id === 0 ? 44_312 : 0,
      calls: Array.from({ length: calls }, (_, call) => ({
        tasks: [call * 2, call * 2 + 1],
        attempts:
          error !== undefined && call === 1
            ? [0, 1, 2, 3].map((n) => attempt(startedAt + (n * millis) / 4, millis / 5, "failed", error))
            : [attempt(startedAt, call === calls - 1 ? millis : millis * 0.4)],
      })),
    };
  }
}

function attempt(startedAt: number, millis: number, outcome: "done" | "failed" = "done", error?: string) {
  return { startedAt, millis: Math.round(millis), hedge: false, outcome, executor: "slot 1", error };
}

function failureOf(hostile?: string): ErrorView {
  const text = hostile ?? "price is not a number";
  const record = hostile ?? '{"page":"/cart","price":"12,50 EUR"}';
  return {
    name: "BatchFailedError",
    code: "SLUICE_BATCH_FAILED",
    message: `The function of parse failed on ${record} (partition 3): TypeError: ${text}`,
    stack: `TypeError: ${text}\n    at parsePrice (examples/page-views.ts:18:27)\n    at examples/page-views.ts:31:20`,
    operator: "parse",
    partition: 3,
    record,
    causes: [`TypeError: ${text}`],
  };
}

/** Between -1 and 1. */
function wave(i: number, period: number): number {
  return Math.sin((i * 2 * Math.PI) / period);
}
