/** What windows mean, computed from all batches at once: no partitions, no storage, no memory of the batch before. */

/** A batch of an input; `null`: no RDD. */
export type Batch<T> = readonly T[] | null;
export type Pair = readonly [string, number];

export interface Times {
  /** In batches. */
  readonly window: number;
  readonly slide: number;
}

/** For each slide, its time in batches and the batches in its window, oldest first. */
export function windows<T>(
  batches: readonly Batch<T>[],
  { window, slide }: Times,
): { time: number; batches: Batch<T>[] }[] {
  const result = [];
  for (let time = slide; time <= batches.length; time += slide) {
    result.push({ time, batches: batches.slice(Math.max(0, time - window), time) });
  }
  return result;
}

export function elements<T>(batches: readonly Batch<T>[]): T[] {
  return batches.flatMap((batch) => batch ?? []);
}

export function reduceByKey<V>(pairs: readonly (readonly [string, V])[], f: (a: V, b: V) => V): [string, V][] {
  const reduced = new Map<string, V>();
  for (const [key, value] of pairs) {
    const before = reduced.get(key);
    reduced.set(key, before === undefined ? value : f(before, value));
  }
  return [...reduced];
}

export function groupByKey(pairs: readonly Pair[]): [string, number[]][] {
  return reduceByKey(
    pairs.map(([key, value]) => [key, [value]]),
    (a, b) => [...a, ...b],
  );
}

/** The inverse form without filter: keys that were in some window stay. */
export function running(batches: readonly Batch<Pair>[], times: Times): { time: number; values: [string, number][] }[] {
  const seen = new Set<string>();
  return windows(batches, times).map(({ time, batches: inside }) => {
    const sums = new Map(reduceByKey(elements(inside), (a, b) => a + b));
    for (const key of sums.keys()) seen.add(key);
    return { time, values: [...seen].map((key) => [key, sums.get(key) ?? 0]) };
  });
}
