/**
 * Where state lies makes no difference: P1. cut anew into other partitions, all of it is there. P2. The order of keys
 * depends on their history alone, not on restarts. P3. Both, with programs that change and processes that come and go.
 */
import fc from "fast-check";
import { graphOf, observe, program, type RunOptions, type Seen, sorted, World } from "../engine/world.js";

type Totals = [string, number];
type Batches = readonly (readonly Totals[])[];

/** Adds values up; a key whose total comes to 0 is removed. */
const app = (batches: Batches, seen: Seen<Totals>, numPartitions?: number, defaultPartitions = 3) =>
  program(
    (ssc) => {
      const totals = ssc.queueStream(batches).updateStateByKey<number>(
        (values, total = 0) => {
          const next = values.reduce((a, b) => a + b, total);
          return next === 0 ? undefined : next;
        },
        { name: "totals", ...(numPartitions !== undefined && { numPartitions }) },
      );
      observe(ssc, totals, seen);
    },
    { defaultPartitions },
  );

const pairs = (n: number, value = 1): Totals[] => Array.from({ length: n }, (_, i) => [`key-${i}`, value]);

describe("the number of state partitions", () => {
  it("may change from start to start: 2, 3, 1, 128, 1000, 2", async () => {
    const world = new World();
    const seen: Seen<Totals> = new Map();
    const sizes = [2, 3, 1, 128, 1000, 2];
    const batches = sizes.flatMap(() => [pairs(300), []]);
    for (const [i, numPartitions] of sizes.entries()) {
      const driver = world.driver(app(batches, seen, numPartitions), { batches: 2 });
      await driver.run();
      const { partitions = [] } = driver.manifest?.state.totals ?? {};
      expect(partitions).toHaveLength(Math.min(numPartitions, 128));
      expect(partitions.reduce((n, { keys }) => n + keys, 0)).toBe(300);
      expect(partitions[0]?.from).toBe(0);
      expect(partitions.at(-1)?.to).toBe(128);
      partitions.slice(1).forEach(({ from }, p) => {
        expect(from).toBe(partitions[p]?.to);
      });
      for (const time of [2 * i + 1, 2 * i + 2]) {
        expect(sorted(seen.get(time * 1000) ?? [])).toEqual(sorted(pairs(300, i + 1)));
      }
    }
  });

  it("stays as it was where the program does not say, whatever the default is", async () => {
    const world = new World();
    const seen: Seen<Totals> = new Map();
    await world.run(app([pairs(9), pairs(9)], seen, undefined, 4), { batches: 1 });
    const driver = world.driver(app([pairs(9), pairs(9)], seen, undefined, 7), { batches: 1 });
    await driver.run();
    expect(driver.manifest?.state.totals?.partitions).toHaveLength(4);
    expect(sorted(seen.get(2000) ?? [])).toEqual(sorted(pairs(9, 2)));
  });

  it.each([0, -1, 1.5, Number.NaN])("is refused when the program is built with %s", (n) => {
    expect(() => graphOf(app([pairs(1)], new Map(), n))).toThrow("must be a positive integer");
  });
});

describe("the order of keys", () => {
  const batches: Batches = [
    pairs(40),
    [
      ["key-7", -1],
      ["new-1", 1],
    ],
    [
      ["key-7", 5],
      ["key-3", 1],
    ],
    [
      ["key-0", -1],
      ["new-2", 2],
      ["new-1", -1],
    ],
    [
      ["new-1", 4],
      ["key-0", 1],
    ],
    [],
  ];

  it.each<[string, RunOptions["executors"]]>([
    ["in one process", {}],
    ["on two isolated executors", { count: 2, isolated: true }],
  ])("is the same with a restart after every batch, %s", async (_where, executors = {}) => {
    const warm: Seen<Totals> = new Map();
    await new World().run(app(batches, warm, 2), { batches: batches.length, executors });
    const cold: Seen<Totals> = new Map();
    const world = new World();
    for (const _batch of batches) await world.run(app(batches, cold, 2), { batches: 1, executors });
    expect([...cold]).toEqual([...warm]);
    expect(warm.get(6000)).toHaveLength(42);
  });
});

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const batch = fc.array(fc.tuple(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), fc.integer({ min: -2, max: 2 })), {
  maxLength: 6,
});
/** What one process does: some batches, with state in so many partitions, on so many executors. */
const life = fc.record({
  batches: fc.array(batch, { minLength: 1, maxLength: 4 }),
  numPartitions: fc.integer({ min: 1, max: 6 }),
  executors: fc.record({ count: fc.integer({ min: 1, max: 2 }), isolated: fc.boolean() }),
});

describe(`state through many lives (SEED=${seed})`, () => {
  it("is the sum of all that came", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
        const world = new World();
        const seen: Seen<Totals> = new Map();
        const all = lives.flatMap(({ batches }) => batches);
        for (const { batches, numPartitions, executors } of lives) {
          await world.run(app(all, seen, numPartitions), { batches: batches.length, executors });
        }
        const totals = new Map<string, number>();
        all.forEach((values, i) => {
          for (const [key, value] of values) totals.set(key, (totals.get(key) ?? 0) + value);
          for (const [key, total] of totals) if (total === 0) totals.delete(key);
          expect(sorted(seen.get((i + 1) * 1000) ?? [])).toEqual(sorted([...totals]));
        });
      }),
      { seed, numRuns: 100 },
    );
  });
});
