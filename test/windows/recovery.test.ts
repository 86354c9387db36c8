/** Windows over restarts, changes of the program, batches that failed, and time. */
import type { DStream, StreamingContext } from "../../shared/index.js";
import { seconds } from "../../shared/index.js";
import type { AppOptions } from "../../shared/streaming/index.js";
import { observe, program, type Seen, sorted, World } from "../engine/world.js";
import { elements, type Pair, reduceByKey, running, windows } from "./model.js";

const add = (a: number, b: number): number => a + b;
const subtract = (a: number, b: number): number => a - b;

const BATCHES = 12;
const input: Pair[][] = Array.from({ length: BATCHES }, (_, i) => [
  ["a", i + 1],
  [`k${i % 5}`, 10 * (i + 1)],
  ["wide".repeat(100), 1],
]);

const app = (
  seen: Seen<unknown>,
  build: (pairs: DStream<Pair>) => DStream<unknown>,
  options: Partial<AppOptions> = {},
  batches: readonly (readonly Pair[])[] = input,
) =>
  program((ssc: StreamingContext) => {
    observe(ssc, build(ssc.queueStream<Pair>(batches, { name: "input", numPartitions: 2 })), seen);
  }, options);

const shown = (seen: Seen<unknown>): unknown[] =>
  [...seen].sort(([a], [b]) => a - b).map(([time, values]) => [time / 1000, sorted(values)]);

const expected = (window: number, slide = 1): unknown[] =>
  windows(input, { window, slide }).map(({ time, batches }) => [time, sorted(reduceByKey(elements(batches), add))]);

describe("windows and the world", () => {
  it("go on with another number of partitions", async () => {
    const world = new World();
    const seen: Seen<unknown> = new Map();
    for (const numPartitions of [2, 3, 1, 2]) {
      const build = (s: DStream<Pair>) =>
        s.reduceByKeyAndWindow(add, seconds(5), seconds(1), { numPartitions, name: "sums" });
      await world.run(app(seen, build), { batches: 3, executors: { count: numPartitions, isolated: true } });
    }
    expect(shown(seen)).toEqual(expected(5));
  });

  it("go on with another number of partitions: lists and running sums", async () => {
    const world = new World();
    const seen: Seen<unknown> = new Map();
    const lists: Seen<unknown> = new Map();
    for (const numPartitions of [3, 1, 4]) {
      const changed = program((ssc: StreamingContext) => {
        const pairs = ssc.queueStream<Pair>(input, { name: "input" });
        const sums = pairs.reduceByKeyAndWindow(add, seconds(4), seconds(1), {
          numPartitions,
          inverse: subtract,
          name: "sums",
        });
        observe(ssc, sums, seen, "a");
        const grouped = pairs.groupByKeyAndWindow(seconds(4), seconds(1), { numPartitions, name: "lists" });
        observe(ssc, grouped.mapValues((values) => values.reduce(add)) as DStream<unknown>, lists, "b");
      });
      await world.run(changed, { batches: 4 });
    }
    const runningSums = running(input, { window: 4, slide: 1 });
    expect(shown(seen)).toEqual(runningSums.map(({ time, values }) => [time, sorted(values)]));
    expect(shown(lists)).toEqual(expected(4));
  });

  it.each([
    [5, 2],
    [2, 5],
  ])("a running window of %d s goes on as one of %d s", async (before, after) => {
    const world = new World();
    const seen: Seen<unknown> = new Map();
    for (const window of [before, after]) {
      const build = (s: DStream<Pair>) =>
        s.reduceByKeyAndWindow(add, seconds(window), seconds(1), {
          inverse: subtract,
          filter: ([, n]) => n !== 0,
          name: "sums",
        });
      await world.run(app(seen, build), { batches: 6 });
    }
    const late = shown(seen).slice(6 + Math.max(before, after));
    expect(shown(seen).slice(0, 6)).toEqual(expected(before).slice(0, 6));
    // Once all that the longer window can look back on was kept for it, nothing of the change is left.
    expect(late).toEqual(expected(after).slice(6 + Math.max(before, after)));
    if (after < before) expect(shown(seen).slice(6)).toEqual(expected(after).slice(6));
  });

  it.each([
    ["without inverse", {}],
    ["with inverse", { inverse: subtract, filter: ([, n]: readonly [string, number]) => n !== 0 }],
  ])("leave out batches that failed: %s", async (_name, options) => {
    const world = new World();
    const seen: Seen<unknown> = new Map();
    const failing = new Set([3, 4, 8]);
    const build = (s: DStream<Pair>) =>
      s
        .map((pair) => {
          if (pair[0] === "a" && failing.has(pair[1])) throw new Error("bad record");
          return pair;
        })
        .reduceByKeyAndWindow(add, seconds(3), seconds(1), { ...options, name: "sums" });
    await world.run(app(seen, build, { onBatchFailure: "skip" }), { batches: BATCHES }).catch(() => {});
    const read = input.map((batch, i) => (failing.has(i + 1) ? null : batch));
    const meant = windows(read, { window: 3, slide: 1 })
      .filter(({ time }) => !failing.has(time))
      .map(({ time, batches }) => [time, sorted(reduceByKey(elements(batches), add))]);
    expect(shown(seen)).toEqual(meant);
  });

  it("lets state see batches that no window asks for", async () => {
    const seen: Seen<unknown> = new Map();
    const build = (s: DStream<Pair>) =>
      s
        .filter(([key]) => key === "a")
        .updateStateByKey<number>((values, total = 0) => values.reduce(add, total), { name: "totals" })
        .window(seconds(1), seconds(4));
    await new World().run(app(seen, build), { batches: BATCHES });
    expect(shown(seen)).toEqual([
      [4, [["a", 10]]],
      [8, [["a", 36]]],
      [12, [["a", 78]]],
    ]);
  });

  it("share what they keep", async () => {
    const [one, two]: Seen<unknown>[] = [new Map(), new Map()];
    const world = new World();
    const both = program((ssc: StreamingContext) => {
      const pairs = ssc.queueStream<Pair>(input, { name: "input" });
      observe(ssc, pairs.window(seconds(2)), one as Seen<unknown>, "one");
      observe(ssc, pairs.window(seconds(4), seconds(2)), two as Seen<unknown>, "two");
    });
    const driver = world.driver(both, { batches: BATCHES });
    await driver.run();
    const meant = (window: number, slide: number) =>
      windows(input, { window, slide }).map(({ time, batches }) => [time, sorted(elements(batches))]);
    expect(shown(one as Seen<unknown>)).toEqual(meant(2, 1));
    expect(shown(two as Seen<unknown>)).toEqual(meant(4, 2));
    expect(Object.keys(driver.manifest?.kept ?? {})).toEqual(["input"]);
  });

  it("can be asked by actions in transform, which leave what executors remember alone", async () => {
    const seen: Seen<unknown> = new Map();
    const build = (s: DStream<Pair>) =>
      s.reduceByKeyAndWindow(add, seconds(4), seconds(1), { name: "sums" }).transform(async (rdd) => {
        const n = await rdd.count();
        return rdd.map(([key, value]) => [key, value, n]);
      });
    for (const executors of [{}, { count: 2, isolated: true }]) {
      seen.clear();
      await new World().run(app(seen, build), { batches: 8, executors });
      const meant = windows(input.slice(0, 8), { window: 4, slide: 1 }).map(({ time, batches }) => {
        const sums = reduceByKey(elements(batches), add);
        return [time, sorted(sums.map(([key, value]) => [key, value, sums.length]))];
      });
      expect(shown(seen)).toEqual(meant);
    }
  });

  it.each([19, 20, 21, 23, 26, 29, 31, 37])("survive a task that fails halfway: every %dth call", async (every) => {
    const seen: Seen<unknown> = new Map();
    let calls = 0;
    const flaky = (a: number, b: number): number => {
      calls += 1;
      if (calls % every === 0) throw new Error(`unlucky ${calls}`);
      return a + b;
    };
    const build = (s: DStream<Pair>) => s.reduceByKeyAndWindow(flaky, seconds(4), seconds(1), { name: "sums" });
    await new World().run(app(seen, build), { batches: BATCHES });
    expect(shown(seen)).toEqual(expected(4));
    expect(calls).toBeGreaterThan(every);
  });

  it.each([
    ["in one call", {}],
    ["stage by stage", { count: 2, isolated: true }],
  ])("survive a batch that fails after the window was computed: %s", async (_name, executors) => {
    const seen: Seen<unknown> = new Map();
    let calls = 0;
    const build = (s: DStream<Pair>) =>
      s
        .reduceByKeyAndWindow(add, seconds(4), seconds(1), { name: "sums" })
        .repartition(2)
        .map((pair) => {
          calls += 1;
          if (calls % 13 === 0) throw new Error(`unlucky ${calls}`);
          return pair;
        });
    await new World().run(app(seen, build), { batches: BATCHES, executors });
    expect(shown(seen)).toEqual(expected(4));
  });

  it("name the operator when the function fails, also for a value that leaves", async () => {
    let calls = 0;
    const build = (s: DStream<Pair>) =>
      s.reduceByKeyAndWindow(
        (a, b) => {
          calls += 1;
          if (calls > 20) throw new Error("no more");
          return a + b;
        },
        seconds(4),
        seconds(1),
        { name: "sums" },
      );
    await expect(new World().run(app(new Map(), build), { batches: BATCHES })).rejects.toMatchObject({
      code: "SLUICE_BATCH_FAILED",
      message: expect.stringMatching(/The function of sums.* failed.*no more/),
    });
  });
});
