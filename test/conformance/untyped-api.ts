/**
 * Sluice's public API without element types. The cases are text, so the types of their elements are not known; here, and only
 * here, the typed API is seen this way.
 */
import * as sluice from "../../shared/index.js";
import { runBatches as typedRunBatches } from "../../shared/testing/index.js";
import type { Duration } from "../../shared/time/index.js";
import type { CompiledFunction } from "./compile.js";

export interface Stream {
  map(f: CompiledFunction): Stream;
  flatMap(f: CompiledFunction): Stream;
  filter(f: CompiledFunction): Stream;
  glom(): Stream;
  mapPartitions(f: CompiledFunction): Stream;
  mapToPair(f: CompiledFunction): Stream;
  mapValues(f: CompiledFunction): Stream;
  flatMapValues(f: CompiledFunction): Stream;
  union(other: Stream): Stream;
  repartition(partitions: number): Stream;
  count(): Stream;
  reduce(f: CompiledFunction): Stream;
  countByValue(): Stream;
  reduceByKey(f: CompiledFunction): Stream;
  groupByKey(): Stream;
  combineByKey(create: CompiledFunction, mergeValue: CompiledFunction, mergeCombiners: CompiledFunction): Stream;
  join(other: Stream): Stream;
  leftOuterJoin(other: Stream): Stream;
  rightOuterJoin(other: Stream): Stream;
  fullOuterJoin(other: Stream): Stream;
  cogroup(other: Stream): Stream;
  transform(f: CompiledFunction): Stream;
  transformWith(other: Stream, f: CompiledFunction): Stream;
  updateStateByKey(f: CompiledFunction, options: { initialState?: Pairs }): Stream;
  window(window: Duration, slide?: Duration): Stream;
  reduceByWindow(f: CompiledFunction, window: Duration, slide: Duration, options: WindowOptions): Stream;
  countByWindow(window: Duration, slide: Duration): Stream;
  countByValueAndWindow(window: Duration, slide: Duration): Stream;
  groupByKeyAndWindow(window: Duration, slide?: Duration): Stream;
  reduceByKeyAndWindow(f: CompiledFunction, window: Duration, slide?: Duration, options?: WindowOptions): Stream;
  mapWithState(spec: StateSpec): Stream;
  stateSnapshots(): Stream;
  checkpoint(interval: Duration): Stream;
  foreachRDD(f: CompiledFunction): void;
}

export type Pairs = readonly (readonly [unknown, unknown])[];

export interface WindowOptions {
  readonly inverse?: CompiledFunction;
  readonly filter?: CompiledFunction;
}

export interface StateSpec {
  timeout(idle: Duration): StateSpec;
  initialState(pairs: Pairs): StateSpec;
}

export interface QueueOptions {
  readonly oneAtATime?: boolean;
  readonly default?: readonly unknown[];
  readonly numPartitions?: number;
}

export interface Context {
  union(streams: readonly Stream[]): Stream;
  transform(streams: readonly Stream[], f: CompiledFunction): Stream;
  queueStream(queue: readonly (readonly unknown[] | null)[], options?: QueueOptions): Stream;
}

/** One RDD of the observed stream, or, with `onBatchFailure: "skip"`, a batch that failed. */
export interface Entry {
  readonly time: number;
  readonly values?: readonly unknown[];
  readonly partitions?: readonly (readonly unknown[])[];
  readonly error?: unknown;
}

export interface RunOptions {
  readonly batchDuration: Duration;
  readonly inputs: readonly (readonly (readonly unknown[] | null)[])[];
  readonly partitions: number;
  readonly batches: number;
  readonly build: (ssc: Context, ...inputs: Stream[]) => Stream;
  readonly restartAfter?: number;
  readonly onBatchFailure?: "halt" | "skip";
}

export const runBatches = typedRunBatches as unknown as (options: RunOptions) => Promise<readonly Entry[]>;

/** Has `DStream` this method? */
export function hasOperation(name: string): boolean {
  return name in sluice.DStream.prototype;
}

/** `StateSpec.function(f)`. By name, since the export comes with `mapWithState`. */
export function stateSpec(f: CompiledFunction): StateSpec {
  const { StateSpec } = sluice as unknown as { StateSpec: { function(f: CompiledFunction): StateSpec } };
  return StateSpec.function(f);
}
