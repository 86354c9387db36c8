/**
 * W1. A window's RDDs are what all batches in the window come to, however it is partitioned, spread and interrupted.
 * W2. With an inverse function the result is the same, and keys that were seen stay unless they are filtered out.
 */
import fc from "fast-check";
import type { DStream } from "../../shared/index.js";
import { seconds } from "../../shared/index.js";
import { runBatches } from "../../shared/testing/index.js";
import { sorted } from "../engine/world.js";
import { type Batch, elements, groupByKey, type Pair, reduceByKey, running, type Times, windows } from "./model.js";

/** Makes what is kept too large for the manifest, so that it becomes an object. */
const LONG = "long".repeat(100);

/** Milliseconds; the machine may be busy. */
const TIMEOUT = 60_000;

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

interface Setting extends Times {
  readonly batches: readonly Batch<Pair>[];
  readonly partitions: number;
  readonly numPartitions: number | undefined;
  readonly executors: { count: number; isolated: boolean };
  readonly restartAfter: number | undefined;
}

const setting: fc.Arbitrary<Setting> = fc.record({
  batches: fc.array(
    fc.option(
      fc.array(fc.tuple(fc.constantFrom("a", "b", "c", LONG), fc.integer({ min: -3, max: 9 })), { maxLength: 5 }),
      {
        nil: null,
        freq: 6,
      },
    ),
    { minLength: 1, maxLength: 12 },
  ),
  window: fc.integer({ min: 1, max: 6 }),
  slide: fc.integer({ min: 1, max: 4 }),
  partitions: fc.integer({ min: 1, max: 3 }),
  numPartitions: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  executors: fc.record({ count: fc.integer({ min: 1, max: 3 }), isolated: fc.boolean() }),
  restartAfter: fc.option(fc.integer({ min: 1, max: 11 }), { nil: undefined }),
});

type Expected = readonly { readonly time: number; readonly values: readonly unknown[] }[];
type Build = (stream: DStream<Pair>, setting: Setting, options: { numPartitions?: number }) => DStream<unknown>;

async function expectMeaning(setting: Setting, build: Build, expected: Expected, canon = sorted): Promise<void> {
  const { batches, partitions, executors, numPartitions, restartAfter } = setting;
  const out = await runBatches({
    batchDuration: seconds(1),
    inputs: [batches],
    partitions,
    executors,
    ...(restartAfter !== undefined && { restartAfter }),
    build: (_ssc, stream) => build(stream, setting, numPartitions === undefined ? {} : { numPartitions }),
  });
  const shown = (entries: Expected) => entries.map(({ time, values }) => [time, canon([...values])]);
  expect(shown(out.map(({ time, values }) => ({ time: time / 1000, values })))).toEqual(shown(expected));
}

function law(name: string, build: Build, meaning: (setting: Setting) => Expected, canon?: typeof sorted): void {
  it(
    name,
    async () => {
      await fc.assert(
        fc.asyncProperty(setting, (s) => expectMeaning(s, build, meaning(s), canon)),
        { numRuns: 40 },
      );
    },
    TIMEOUT,
  );
}

const each =
  (f: (inside: Batch<Pair>[]) => readonly unknown[]) =>
  ({ batches, ...times }: Setting): Expected =>
    windows(batches, times).map(({ time, batches: inside }) => ({ time, values: f(inside) }));

const at = ({ window, slide }: Times) => [seconds(window), seconds(slide)] as const;

/** Inner lists too in an order of their own: partitions are read in no particular one. */
const groupsSorted = <T>(values: readonly T[]): T[] =>
  sorted((values as unknown as [string, number[]][]).map(([key, list]) => [key, sorted(list)])) as unknown as T[];

describe("windows", () => {
  law("window", (s, t) => s.window(...at(t)), each(elements));

  law(
    "reduceByKeyAndWindow",
    (s, t, options) => s.reduceByKeyAndWindow(Math.max, ...at(t), options),
    each((inside) => reduceByKey(elements(inside), Math.max)),
  );

  law(
    "reduceByKeyAndWindow with a filter",
    (s, t, options) => s.reduceByKeyAndWindow(add, ...at(t), { ...options, filter: ([, sum]) => sum > 2 }),
    each((inside) => reduceByKey(elements(inside), add).filter(([, sum]) => sum > 2)),
  );

  law(
    "reduceByKeyAndWindow with inverse",
    (s, t, options) => s.reduceByKeyAndWindow(add, ...at(t), { ...options, inverse: subtract }),
    ({ batches, ...times }) => running(batches, times),
  );

  law(
    "groupByKeyAndWindow",
    (s, t, options) => s.groupByKeyAndWindow(...at(t), options),
    each((inside) => groupByKey(elements(inside))),
    groupsSorted,
  );

  law(
    "countByValueAndWindow",
    (s, t, options) => s.map(([key]) => key).countByValueAndWindow(...at(t), options),
    each((inside) =>
      reduceByKey(
        elements(inside).map(([key]) => [key, 1]),
        add,
      ),
    ),
  );

  law(
    "countByWindow",
    (s, t) => s.countByWindow(...at(t)),
    ({ batches, ...times }) => {
      let seen = false;
      return windows(batches, times).map(({ time, batches: inside }) => {
        const count = elements(inside).length;
        seen ||= count > 0;
        return { time, values: seen ? [count] : [] };
      });
    },
  );

  law(
    "reduceByWindow",
    (s, t) => s.map(([, value]) => value).reduceByWindow(add, ...at(t)),
    each((inside) => {
      const values = elements(inside).map(([, value]) => value);
      return values.length === 0 ? [] : [values.reduce(add)];
    }),
  );

  law(
    "a window of a window",
    (s, { window, slide }) => s.window(seconds(window), seconds(1)).window(seconds(3), seconds(slide)),
    ({ batches, window, slide }) => {
      const inner = windows(batches, { window, slide: 1 }).map(({ batches: inside }) => elements(inside));
      return windows(inner, { window: 3, slide }).map(({ time, batches: inside }) => ({
        time,
        values: elements(inside),
      }));
    },
  );

  law(
    "a window of reduced windows",
    (s, { window, slide }, options) =>
      s.reduceByKeyAndWindow(add, seconds(window), seconds(1), options).window(seconds(2), seconds(slide)),
    ({ batches, window, slide }) => {
      const inner = windows(batches, { window, slide: 1 }).map(({ batches: inside }) =>
        reduceByKey(elements(inside), add),
      );
      return windows(inner, { window: 2, slide }).map(({ time, batches: inside }) => ({
        time,
        values: elements(inside),
      }));
    },
  );

  it("keeps the order of batches and of elements in one partition", async () => {
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[["a", "b"], ["c"], ["d", "e"]]],
      partitions: 1,
      build: (_ssc, s) => s.window(seconds(2)),
    });
    expect(out.map(({ values }) => values.join(""))).toEqual(["ab", "abc", "cde"]);
  });

  it("keeps the order of batches where keys stay in their partitions, whoever asked for the newest first", async () => {
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[[["k", "a"]], [["k", "b"]], [["k", "c"]]] as [string, string][][]],
      build: (_ssc, s) => {
        const reduced = s.reduceByKey((a, b) => a + b, { numPartitions: 2 });
        reduced.print();
        return reduced.window(seconds(3));
      },
    });
    expect(out.map(({ values }) => values.map(([, value]) => value).join(""))).toEqual(["a", "ab", "abc"]);
  });

  it("combines oldest first, from memory and from storage", async () => {
    const inputs = [Array.from({ length: 9 }, (_, i) => [["k", String(i + 1)] as [string, string]])];
    const concat = async (restartAfter?: number) =>
      (
        await runBatches({
          batchDuration: seconds(1),
          inputs,
          ...(restartAfter !== undefined && { restartAfter }),
          build: (_ssc, s) => s.reduceByKeyAndWindow((a, b) => a + b, seconds(4)),
        })
      ).map(({ values }) => values[0]?.[1]);
    const expected = ["1", "12", "123", "1234", "2345", "3456", "4567", "5678", "6789"];
    expect(await concat()).toEqual(expected);
    for (const restartAfter of [1, 3, 4, 6, 8]) expect(await concat(restartAfter)).toEqual(expected);
  });

  it("leaves keys where they are when all batches have them in the same partitions", async () => {
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[[["a", 1]], [["b", 1]], [["a", 2]]] as const],
      build: (_ssc, s) => s.reduceByKey((a, b) => (a + b) as never, { numPartitions: 3 }).window(seconds(3)),
    });
    expect(out.map(({ partitions }) => partitions.length)).toEqual([3, 3, 3]);
  });
});
