/** What the compiler must accept and refuse. Nothing here runs: `tsc` reports an expected error that does not come. */
import type { DStream, RDD, StreamingContext } from "../../shared/index.js";
import type { KeyUpdate as Update } from "../../shared/streaming/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function expectType<_True extends true>(): void {}

export function inference(
  lines: DStream<string>,
  ages: DStream<[string, number]>,
  cities: DStream<[string, "x" | "y"]>,
): void {
  // As in the introduction of the documentation.
  const ones = lines.flatMap((line) => line.split(/\s+/)).mapToPair((word) => [word, 1]);
  expectType<Equal<typeof ones, DStream<[string, number]>>>();
  const totals = ones.updateStateByKey<number>((values, total = 0) => total + values.length);
  expectType<Equal<typeof totals, DStream<[string, number]>>>();
  const inferred = ones.updateStateByKey((values, _state: { n: number } | undefined) => ({ n: values.length }));
  expectType<Equal<typeof inferred, DStream<[string, { n: number }]>>>();
  const reduced = ones.reduceByKey((a, b) => a + b);
  expectType<Equal<typeof reduced, DStream<[string, number]>>>();
  const grouped = ones.groupByKey();
  expectType<Equal<typeof grouped, DStream<[string, number[]]>>>();
  const texts = ones.mapValues((n) => `${n}`);
  expectType<Equal<typeof texts, DStream<[string, string]>>>();
  const chars = texts.flatMapValues((text) => text);
  expectType<Equal<typeof chars, DStream<[string, string]>>>();
  const means = ages.combineByKey(
    (age) => ({ sum: age, n: 1 }),
    (mean, age) => ({ sum: mean.sum + age, n: mean.n + 1 }),
    (a, b) => ({ sum: a.sum + b.sum, n: a.n + b.n }),
  );
  expectType<Equal<typeof means, DStream<[string, { sum: number; n: number }]>>>();
  const counted = lines.countByValue();
  expectType<Equal<typeof counted, DStream<[string, number]>>>();
  const glommed = ages.glom();
  expectType<Equal<typeof glommed, DStream<[string, number][]>>>();
  const only = lines.filter((line): line is "a" => line === "a");
  expectType<Equal<typeof only, DStream<"a">>>();

  const joined = ages.join(cities);
  expectType<Equal<typeof joined, DStream<[string, [number, "x" | "y"]]>>>();
  const left = ages.leftOuterJoin(cities);
  expectType<Equal<typeof left, DStream<[string, [number, "x" | "y" | undefined]]>>>();
  const right = ages.rightOuterJoin(cities);
  expectType<Equal<typeof right, DStream<[string, [number | undefined, "x" | "y"]]>>>();
  const full = ages.fullOuterJoin(cities);
  expectType<Equal<typeof full, DStream<[string, [number | undefined, "x" | "y" | undefined]]>>>();
  const cogrouped = ages.cogroup(cities);
  expectType<Equal<typeof cogrouped, DStream<[string, [number[], ("x" | "y")[]]]>>>();

  const all = ages.updateStateByKeyIterator((entries: Iterable<Update<string, number, number>>) =>
    [...entries].map(({ key, values, state }) => [key, values.length + (state ?? 0)] as const),
  );
  expectType<Equal<typeof all, DStream<[string, number]>>>();
}

export function bodies(ssc: StreamingContext, lines: DStream<string>, ages: DStream<[string, number]>): void {
  const transformed = lines.transform(async (rdd) =>
    (await rdd.count()) > 0 ? rdd.map((line) => line.length) : rdd.map(() => 0),
  );
  expectType<Equal<typeof transformed, DStream<number>>>();
  const both = ssc.transform([lines, ages], ([texts, pairs]) =>
    texts.map((text) => [text, 1] as [string, number]).union(pairs),
  );
  expectType<Equal<typeof both, DStream<[string, number]>>>();
  ages.foreachRDD(async (rdd, time, { step }) => {
    const rows = await rdd.reduceByKey((a, b) => a + b).collect();
    expectType<Equal<typeof rows, [string, number][]>>();
    const total = await rdd.aggregate(
      0,
      (sum, [, age]) => sum + age,
      (a, b) => a + b,
    );
    expectType<Equal<typeof total, number>>();
    const stamp = await step("stamp", async (token) => `${token}@${time.milliseconds}`);
    expectType<Equal<typeof stamp, string>>();
  });
}

export function asynchronousFunctions(
  lines: DStream<string>,
  ages: DStream<[string, number]>,
  rdd: RDD<[string, number]>,
): void {
  // @ts-expect-error element functions are synchronous
  lines.map(async (line) => line.length);
  // @ts-expect-error element functions are synchronous
  lines.flatMap(async (line) => [line]);
  // @ts-expect-error element functions are synchronous
  lines.filter(async (line) => line !== "");
  // @ts-expect-error element functions are synchronous
  lines.mapToPair(async (line) => [line, 1]);
  // @ts-expect-error element functions are synchronous
  lines.flatMapToPair(async (line) => [[line, 1]]);
  // @ts-expect-error element functions are synchronous
  lines.mapPartitions(async (partition) => partition);
  // @ts-expect-error element functions are synchronous
  lines.reduce(async (a) => a);
  // @ts-expect-error element functions are synchronous
  ages.mapValues(async (age) => age);
  // @ts-expect-error element functions are synchronous
  ages.flatMapValues(async (age) => [age]);
  // @ts-expect-error element functions are synchronous
  ages.reduceByKey(async (a) => a);
  const first = async (a: unknown) => a as number;
  // @ts-expect-error element functions are synchronous
  ages.combineByKey(first, first, first);
  // @ts-expect-error element functions are synchronous
  ages.updateStateByKey<number>(async (values) => values.length);
  // @ts-expect-error element functions are synchronous
  ages.updateStateByKey(async (values) => values.length);
  // @ts-expect-error element functions are synchronous
  rdd.map(async (pair) => pair);
  // @ts-expect-error element functions are synchronous
  rdd.filter(async () => true);
  // @ts-expect-error element functions are synchronous
  rdd.mapValues(async (age) => age);
  // @ts-expect-error element functions are synchronous
  rdd.keyBy(async () => "k");
  // @ts-expect-error nobody would wait for it: use foreachPartition
  void rdd.foreach(async () => {});
}

export function pairOperationsOnOthers(lines: DStream<string>, rdd: RDD<{ key: string }>): void {
  // @ts-expect-error needs [key, value] pairs
  lines.reduceByKey((a) => a);
  // @ts-expect-error needs [key, value] pairs
  lines.groupByKey();
  // @ts-expect-error needs [key, value] pairs
  lines.mapValues((v) => v);
  // @ts-expect-error needs [key, value] pairs
  lines.flatMapValues((v) => v);
  // @ts-expect-error needs [key, value] pairs
  lines.updateStateByKey<number>(() => 1);
  // @ts-expect-error needs [key, value] pairs
  lines.join(lines.mapToPair((line) => [line, 1]));
  // @ts-expect-error needs [key, value] pairs
  lines.cogroup(lines.mapToPair((line) => [line, 1]));
  // @ts-expect-error needs [key, value] pairs
  rdd.reduceByKey((a) => a);
  // @ts-expect-error needs [key, value] pairs
  rdd.join(rdd.map(() => ["k", 1] as [string, number]));
}

export function wrongTypes(
  lines: DStream<string>,
  ages: DStream<[string, number]>,
  byNumber: DStream<[number, number]>,
): void {
  // @ts-expect-error keys of another type never meet
  ages.join(byNumber);
  // @ts-expect-error a union is of one type
  lines.union(ages);
  // @ts-expect-error no such option
  ages.reduceByKey((a) => a, { partitions: 2 });
  // @ts-expect-error state and result differ
  ages.updateStateByKey<number>(() => "text");
}
