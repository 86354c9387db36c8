/** How values of a key become one combiner (Spark's `combineByKey`). */
export interface Aggregator {
  createCombiner(value: unknown): unknown;
  mergeValue(combiner: unknown, value: unknown): unknown;
  mergeCombiners(left: unknown, right: unknown): unknown;
}

/** `groupByKey`: a combiner is the list of the values. The lists belong to the pipeline, so they may grow in place. */
export const groupAggregator: Aggregator = {
  createCombiner: (value) => [value],
  mergeValue: (combiner, value) => {
    (combiner as unknown[]).push(value);
    return combiner;
  },
  mergeCombiners: (left, right) => {
    const list = left as unknown[];
    for (const value of right as unknown[]) list.push(value);
    return list;
  },
};

/** `reduceByKey`: a combiner is a value. */
export function reduceAggregator(f: (a: unknown, b: unknown) => unknown): Aggregator {
  return { createCombiner: (value) => value, mergeValue: f, mergeCombiners: f };
}
