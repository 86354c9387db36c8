/** Runs RDD operations as programs do, in every way work can be spread, and sees that the results agree. */
import type { RDD } from "../../shared/rdd/index.js";
import { type ExecutorOptions, runBatches } from "../../shared/testing/index.js";
import { seconds } from "../../shared/time/index.js";

export const WAYS: readonly ExecutorOptions[] = [{}, { count: 2 }, { count: 3, isolated: true }];

/** The partitions of what `f` makes of an RDD of these elements, cut into so many partitions. */
export async function transformed<T, U>(
  elements: readonly T[],
  partitions: number,
  f: (rdd: RDD<T>) => RDD<U> | Promise<RDD<U>>,
): Promise<U[][]> {
  const results: U[][][] = [];
  for (const executors of WAYS) {
    const [batch] = await runBatches({
      batchDuration: seconds(1),
      inputs: [[elements]] as [(readonly T[])[]],
      partitions,
      build: (_ssc, stream) => stream.transform((rdd) => f(rdd as RDD<T>)),
      options: { defaultPartitions: 2 },
      executors,
    });
    results.push((batch?.partitions ?? []) as U[][]);
  }
  const [first = [], ...others] = results;
  for (const other of others) expect(other).toEqual(first);
  return first;
}

/** The elements of what `f` makes of an RDD, in partition order. */
export async function elementsOf<T, U>(
  elements: readonly T[],
  partitions: number,
  f: (rdd: RDD<T>) => RDD<U> | Promise<RDD<U>>,
): Promise<U[]> {
  return (await transformed(elements, partitions, f)).flat();
}

/** What a body makes of an RDD by actions. */
export async function resultOf<T, R>(
  elements: readonly T[],
  partitions: number,
  f: (rdd: RDD<T>) => Promise<R>,
): Promise<R> {
  const results: R[] = [];
  for (const executors of WAYS) {
    await runBatches({
      batchDuration: seconds(1),
      inputs: [[elements]] as [(readonly T[])[]],
      partitions,
      build: (_ssc, stream) => {
        stream.foreachRDD(async (rdd, _time, { step }) => {
          const result = await f(rdd as RDD<T>);
          await step("keep", () => {
            results.push(result);
          });
        });
        return stream;
      },
      options: { defaultPartitions: 2 },
      executors,
    });
  }
  const [first, ...others] = results;
  expect(others).toHaveLength(WAYS.length - 1);
  for (const other of others) expect(other).toEqual(first);
  return first as R;
}
