/** How fast inputs may be read: what batches have shown to be possible, and never more than the program allows. */
import type { InputPosition, InputRate } from "../../checkpoint/index.js";
import { liveInputs, type ResolvedOptions, type StreamGraph } from "../../streaming/index.js";
import { readableShards } from "../inputs/index.js";
import { type BatchSpeed, estimateRate } from "./pid-rate-estimator.js";

/** By uid of inputs that have shards. */
export type Rates = Readonly<Record<string, InputRate>>;

export type RateOptions = Pick<
  ResolvedOptions,
  "batchDuration" | "backpressure" | "maxRatePerShard" | "maxRecordsPerShard"
>;

/** A batch that is done, and the records that each input brought to it. */
export interface FinishedBatch extends Omit<BatchSpeed, "records"> {
  /** By input uid. */
  readonly records: Readonly<Record<string, number>>;
}

/** The rates after a batch; empty unless backpressure is enabled. Inputs that the graph no longer has are forgotten. */
export function ratesAfter(graph: StreamGraph, options: RateOptions, rates: Rates, batch: FinishedBatch): Rates {
  const { backpressure, batchDuration } = options;
  if (backpressure === undefined) return {};
  const after: Record<string, InputRate> = {};
  for (const { uid, input } of liveInputs(graph)) {
    if (input.type !== "stream") continue;
    const before = rates[uid];
    const speed = { ...batch, records: batch.records[uid] ?? 0 };
    const { memory, rate } = estimateRate({ ...backpressure, batchDuration }, before?.memory, speed);
    if (memory !== undefined) after[uid] = { memory, estimate: rate ?? before?.estimate };
  }
  return after;
}

/** Most records per second that an input with so many shards may bring; `undefined`: no limit. */
export function rateLimit(options: RateOptions, rate: InputRate | undefined, shards: number): number | undefined {
  const { backpressure, maxRatePerShard } = options;
  const estimate = backpressure && (rate?.estimate ?? backpressure.initialRate);
  const limits = [estimate, maxRatePerShard && maxRatePerShard * shards].filter((limit) => limit !== undefined);
  return limits.length === 0 ? undefined : Math.min(...limits);
}

/**
 * Most records that one of so many shards may bring to one batch. At least one, so that even a slow rate over many shards
 * gets on. A batch that stands for several intervals gets no more: what is left comes with the batches after it.
 */
export function recordsPerShard(options: RateOptions, rate: InputRate | undefined, shards: number): number {
  const count = Math.max(1, shards);
  const limit = rateLimit(options, rate, count);
  if (limit === undefined) return options.maxRecordsPerShard;
  const records = Math.floor(((limit / count) * options.batchDuration) / 1000);
  return Math.min(options.maxRecordsPerShard, Math.max(1, records));
}

/** The rates of an application's inputs while it runs. */
export class RateControl {
  readonly #graph: StreamGraph;
  readonly #options: RateOptions;
  #rates: Rates = {};

  constructor(graph: StreamGraph, options: RateOptions) {
    this.#graph = graph;
    this.#options = options;
  }

  /** What is known now. */
  get rates(): Rates {
    return this.#rates;
  }

  /** Goes on with what an earlier driver knew. */
  recover(rates: Rates): void {
    this.#rates = rates;
  }

  /**
   * Takes note of a batch.
   * @param positions By input uid: where the inputs stand after it.
   * @returns By uid of inputs with a limit: most records per second from now on.
   */
  finished(positions: Readonly<Record<string, InputPosition>>, batch: FinishedBatch): ReadonlyMap<string, number> {
    this.#rates = ratesAfter(this.#graph, this.#options, this.#rates, batch);
    const limits = new Map<string, number>();
    for (const [uid, position] of Object.entries(positions)) {
      if (position.type !== "stream") continue;
      const limit = rateLimit(this.#options, this.#rates[uid], Math.max(1, readableShards(position).length));
      if (limit !== undefined) limits.set(uid, limit);
    }
    return limits;
  }
}
