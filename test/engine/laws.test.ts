/**
 * L1. What a program computes does not depend on how it is spread: input partitions, executors, partitions of shuffles.
 * L2. Nor on restarts. L3. It is what the operators mean, computed here without partitions, batches of tasks or storage.
 */
import fc from "fast-check";
import type { DStream } from "../../shared/index.js";
import { seconds } from "../../shared/index.js";
import { runBatches } from "../../shared/testing/index.js";
import { sorted } from "./world.js";

type Pair = [string, number];
type Batch = readonly Pair[];
/** A batch of an input: `null` means that there is no RDD. */
type Input = readonly (readonly Pair[] | null)[];

/** An operation as the engine does it, and what it means. */
interface Operation {
  readonly name: string;
  readonly stream: (pairs: DStream<Pair>) => DStream<Pair>;
  /** All batches, because state looks back; `undefined`: no RDD. */
  readonly meaning: (batches: readonly (Batch | undefined)[]) => (Batch | undefined)[];
  /** Fails the batch when its parent has no RDD. */
  readonly needsRdd?: true;
}

const eachBatch = (f: (batch: Batch) => Batch) => (batches: readonly (Batch | undefined)[]) =>
  batches.map((batch) => batch && f(batch));

const add = (a: number, b: number): number => a + b;

function sums(batch: Batch): Pair[] {
  const totals = new Map<string, number>();
  for (const [key, value] of batch) totals.set(key, (totals.get(key) ?? 0) + value);
  return [...totals];
}

function withState(batches: readonly (Batch | undefined)[]): (Batch | undefined)[] {
  let state: Map<string, number> | undefined;
  return batches.map((batch) => {
    if (batch === undefined && state === undefined) return undefined;
    state ??= new Map();
    const before = state;
    state = new Map();
    const values = new Map<string, number[]>();
    for (const [key, value] of batch ?? []) values.set(key, [...(values.get(key) ?? []), value]);
    for (const key of new Set([...before.keys(), ...values.keys()])) {
      const next = nextState(values.get(key) ?? [], before.get(key));
      if (next !== undefined) state.set(key, next);
    }
    return [...state];
  });
}

/** Keys whose total is a multiple of seven are forgotten when they have no new values. */
function nextState(values: readonly number[], total: number | undefined): number | undefined {
  if (values.length === 0 && (total ?? 0) % 7 === 0) return undefined;
  return values.reduce(add, total ?? 0);
}

const numPartitions = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
/** Partition options as a program would write them. */
const shuffle = numPartitions.map((n) => (n === undefined ? {} : { numPartitions: n }));
const text = (options: object): string => JSON.stringify(options);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.integer({ min: -3, max: 3 }).map((n): Operation => {
    const f = ([key, value]: Pair): Pair => [key, value + n];
    return { name: `map(+${n})`, stream: (s) => s.map(f), meaning: eachBatch((b) => b.map(f)) };
  }),
  fc.integer({ min: 2, max: 4 }).map((n): Operation => {
    const keep = ([, value]: Pair): boolean => value % n !== 0;
    return { name: `filter(%${n})`, stream: (s) => s.filter(keep), meaning: eachBatch((b) => b.filter(keep)) };
  }),
  fc.constant<Operation>(
    (() => {
      const f = ([key, value]: Pair): Pair[] =>
        value > 0
          ? [
              [key, value],
              [`${key}'`, 1],
            ]
          : [];
      return { name: "flatMap", stream: (s) => s.flatMap(f), meaning: eachBatch((b) => b.flatMap(f)) };
    })(),
  ),
  fc.constant<Operation>(
    (() => {
      const f = ([key, value]: Pair): Pair => [`k${value % 3}`, key.length + value];
      return { name: "mapToPair", stream: (s) => s.mapToPair(f), meaning: eachBatch((b) => b.map(f)) };
    })(),
  ),
  shuffle.map(
    (options): Operation => ({
      name: `reduceByKey${text(options)}`,
      stream: (s) => s.reduceByKey(add, options),
      meaning: eachBatch(sums),
    }),
  ),
  shuffle.map(
    (options): Operation => ({
      name: `groupByKey${text(options)}`,
      stream: (s) => s.groupByKey(options).mapValues((values) => values.reduce(add, 0)),
      meaning: eachBatch(sums),
    }),
  ),
  shuffle.map(
    (options): Operation => ({
      name: `updateStateByKey${text(options)}`,
      stream: (s) => s.updateStateByKey<number>(nextState, options),
      meaning: withState,
    }),
  ),
  shuffle.map(
    (options): Operation => ({
      name: `join${text(options)}`,
      stream: (s) => s.join(s.reduceByKey(add), options).mapValues(([a, b]) => a - b),
      meaning: eachBatch((batch) => {
        const totals = new Map(sums(batch));
        return batch.map(([key, value]) => [key, value - (totals.get(key) ?? 0)]);
      }),
      needsRdd: true,
    }),
  ),
  fc.constant<Operation>({
    name: "union",
    stream: (s) => s.union(s.mapValues((value) => 0 - value)),
    meaning: eachBatch((batch) => [...batch, ...batch.map(([key, value]): Pair => [key, 0 - value])]),
    needsRdd: true,
  }),
  fc.constant<Operation>({
    name: "union with its shuffle",
    stream: (s) => s.union(s.reduceByKey(add)),
    meaning: eachBatch((batch) => [...batch, ...sums(batch)]),
    needsRdd: true,
  }),
  fc.integer({ min: 1, max: 4 }).map(
    (n): Operation => ({
      name: `repartition(${n})`,
      stream: (s) => s.repartition(n),
      meaning: (batches) => [...batches],
    }),
  ),
  fc.constant<Operation>({
    name: "count",
    stream: (s) => s.count().map((n) => ["n", n]),
    meaning: eachBatch((batch) => [["n", batch.length]]),
  }),
  shuffle.map(
    (options): Operation => ({
      name: `countByValue${text(options)}`,
      stream: (s) => s.countByValue(options).map(([[key, value], n]) => [`${key}:${value}`, n]),
      meaning: eachBatch((batch) => sums(batch.map(([key, value]) => [`${key}:${value}`, 1]))),
    }),
  ),
  fc.constant<Operation>({
    name: "transform(distinct)",
    stream: (s) => s.transform((rdd) => rdd.distinct()),
    meaning: eachBatch((batch) => [...new Map(batch.map((pair) => [text(pair), pair])).values()]),
    needsRdd: true,
  }),
  fc.constant<Operation>({
    name: "transform with an action",
    stream: (s) =>
      s.transform(async (rdd) => {
        const n = await rdd.count();
        return rdd.map(([key, value]): Pair => [key, value + n]);
      }),
    meaning: eachBatch((batch) => batch.map(([key, value]) => [key, value + batch.length])),
    needsRdd: true,
  }),
);

const pair = fc.tuple(fc.constantFrom("a", "b", "c", "d", "é", ""), fc.integer({ min: -9, max: 9 }));
const batch = fc.array(pair, { maxLength: 12 });
const MAX_BATCHES = 4;

const scenario = fc
  .record({
    operations: fc.array(operation, { minLength: 1, maxLength: 5 }),
    input: fc.array(fc.option(batch, { nil: null, freq: 5 }), { minLength: 1, maxLength: MAX_BATCHES }),
    partitions: fc.integer({ min: 1, max: 4 }),
    executors: fc.record({ count: fc.integer({ min: 1, max: 3 }), isolated: fc.boolean() }),
    restartAfter: fc.integer({ min: 0, max: MAX_BATCHES }),
    defaultPartitions: numPartitions,
  })
  .map((scenario) => ({ ...scenario, input: withoutForbiddenNulls(scenario.input, scenario.operations) }));

function withoutForbiddenNulls(input: Input, operations: readonly Operation[]): Input {
  return operations.some((operation) => operation.needsRdd) ? input.map((b) => b ?? []) : input;
}

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe(`laws of the engine (SEED=${seed})`, () => {
  it("computes what the operators mean, however it is spread and whenever it is restarted", async () => {
    await fc.assert(
      fc.asyncProperty(
        scenario,
        async ({ operations, input, partitions, executors, restartAfter, defaultPartitions }) => {
          const produced = await runBatches({
            batchDuration: seconds(1),
            inputs: [input],
            partitions,
            executors,
            restartAfter,
            ...(defaultPartitions !== undefined && { options: { defaultPartitions } }),
            build: (_ssc, pairs) =>
              operations.reduce((stream, { stream: next }) => next(stream), pairs as DStream<Pair>),
          });
          const meant = operations.reduce<(Batch | undefined)[]>(
            (batches, { meaning }) => meaning(batches),
            input.map((b) => b ?? undefined),
          );
          const expected = meant.flatMap((values, i) =>
            values === undefined ? [] : [{ time: (i + 1) * 1000, values: sorted(values) }],
          );
          expect(produced.map(({ time, values }) => ({ time, values: sorted(values) }))).toEqual(expected);
        },
      ),
      { seed, numRuns: 250 },
    );
  });
});
