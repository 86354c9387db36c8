/** Runs programs with static data and variables in every way work can be spread, over restarts too. */
import type { FileSystem } from "../../shared/ports/index.js";
import type { DStream, StreamingContext } from "../../shared/streaming/index.js";
import { type ExecutorOptions, runBatches } from "../../shared/testing/index.js";
import { seconds } from "../../shared/time/index.js";

export interface Way {
  readonly executors: ExecutorOptions;
  readonly restartAfter?: number;
}

export const WAYS: readonly Way[] = [
  { executors: {} },
  { executors: { count: 2 } },
  { executors: { count: 3, isolated: true } },
  { executors: {}, restartAfter: 1 },
  { executors: { count: 2, isolated: true }, restartAfter: 2 },
];

/** The values of every batch of what `build` returns; `undefined` for batches without RDD. */
export async function run<T, U>(
  batches: readonly (readonly T[])[],
  build: (ssc: StreamingContext, stream: DStream<T>) => DStream<U>,
  way: Way,
  files?: FileSystem,
): Promise<U[][]> {
  const entries = await runBatches({
    batchDuration: seconds(1),
    inputs: [batches] as [typeof batches],
    build: (ssc, stream) => build(ssc, stream as DStream<T>),
    options: { defaultPartitions: 2 },
    ...way,
    ...(files && { files }),
  });
  return entries.map((entry) => entry.values as U[]);
}
