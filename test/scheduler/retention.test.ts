/** What is forgotten, and what is not: everything that the retained batches need is there, and nothing else grows. */
import { seconds } from "../../shared/index.js";
import { mortal } from "../../shared/simulation/index.js";
import { observe, program, type RunOptions, type Seen, World } from "../engine/world.js";
import { reachable } from "./reachable.js";

const RETAIN = 2;

/** All that the engine has to store: shuffles, hand-over, state, windows, outputs, actions of bodies. */
const everything = (batches: number, seen: Seen<unknown> = new Map()) =>
  program(
    (ssc) => {
      const words = ssc.queueStream(
        Array.from({ length: batches }, (_, i) => [`w${i % 10}`, `w${i % 7}`, "x".repeat(i % 50)]),
      );
      const ones = words.mapToPair((word) => [word, 1]);
      const totals = ones.updateStateByKey<number>((values, total = 0) => total + values.length, {
        numPartitions: 2,
        name: "totals",
      });
      const recent = ones.reduceByKeyAndWindow((a, b) => a + b, seconds(3), seconds(1));
      const transformed = totals.transform(async (rdd) =>
        (await rdd.count()) > 3 ? rdd.union(rdd.reduceByKey((a, b) => a + b)) : rdd,
      );
      transformed.foreachRDD(async (rdd) => {
        const n = await rdd.count();
        await rdd
          .mapToPair(([word, total]) => [total, word])
          .groupByKey()
          .filter(([total]) => total > n)
          .collect();
      });
      recent.print();
      observe(ssc, ones.join(totals), seen);
    },
    { retainBatches: RETAIN },
  );

async function sizes(world: World): Promise<{ items: number; objects: number }> {
  return { items: (await world.table.query("job-test", "")).length, objects: (await world.blocks.list("")).length };
}

describe.each<[string, RunOptions["executors"]]>([
  ["in one process", {}],
  ["on two isolated executors", { count: 2, isolated: true }],
])("storage, %s", (_where, executors = {}) => {
  it("does not grow over 300 batches, and the retained ones stay whole, restarts or not", async () => {
    const world = new World();
    const app = everything(300);
    const seen: { items: number; objects: number }[] = [];
    for (let done = 0; done < 300; done += 20) {
      await world.run(app, { batches: 20, executors });
      const manifests = await reachable(world, RETAIN);
      expect(manifests).toHaveLength(RETAIN);
      expect(manifests[0]?.batches).toBe(done + 20);
      seen.push(await sizes(world));
    }
    // Chains of state grow and are cut, so sizes go up and down; but not up for ever.
    const largest = (some: typeof seen) => ({
      items: Math.max(...some.map(({ items }) => items)),
      objects: Math.max(...some.map(({ objects }) => objects)),
    });
    const [early, late] = [largest(seen.slice(0, 8)), largest(seen.slice(8))];
    expect(late.items).toBeLessThanOrEqual(early.items + 20);
    expect(late.objects).toBeLessThanOrEqual(early.objects + 20);
    expect(early.items).toBeLessThan(150);
    expect(early.objects).toBeLessThan(100);
    expect(await world.blocks.list("job-test/sh/")).toEqual([]);
  });
});

describe("retained batches", () => {
  it("are as many as asked", async () => {
    for (const retainBatches of [2, 5, 100]) {
      const world = new World();
      const app = program((ssc) => observe(ssc, ssc.queueStream([]), new Map()), { retainBatches });
      await world.run(app, { batches: 12 });
      expect(await reachable(world, retainBatches)).toHaveLength(Math.min(12, retainBatches));
    }
  });

  it("are forgotten by whoever comes next when the process died before it could", async () => {
    const world = new World();
    const app = everything(30);
    for (let i = 0; i < 10; i++) {
      const process = mortal(world.ports);
      const died = new Promise<void>((resolve) => {
        // Killed at the moment of the commit, before anything is forgotten.
        const listener = {
          onBatchCommitted() {
            process.kill();
            resolve();
          },
        };
        void world.run(app, { ports: process.ports, listener });
      });
      await died;
    }
    await world.run(app, { batches: 1 });
    const manifests = await reachable(world, RETAIN);
    expect(manifests).toHaveLength(RETAIN);
    expect(manifests[0]?.batches).toBe(11);
  });
});

describe("outputs of a batch whose process died between commit and outputs", () => {
  it("are sent by the next process, from what was committed", async () => {
    const world = new World();
    const seen: Seen<[string, number]> = new Map();
    let nonce = 0;
    const app = program((ssc) => {
      // Not deterministic: computed again, it would come out otherwise.
      const states = ssc
        .queueStream([["a"], ["a"]])
        .mapToPair((key) => [key, ++nonce])
        .updateStateByKey<number>(([n], s) => n ?? s);
      observe(ssc, states, seen);
    });
    const process = mortal(world.ports);
    await new Promise<void>((resolve) => {
      const listener = {
        onBatchCommitted() {
          process.kill();
          resolve();
        },
      };
      void world.run(app, { ports: process.ports, listener });
    });
    expect(seen.size).toBe(0);
    await world.run(app, { batches: 0 });
    expect([...seen]).toEqual([[1000, [["a", 1]]]]);
    seen.clear();
    await world.run(app, { batches: 0 });
    expect(seen.size).toBe(0);
    await world.run(app, { batches: 1 });
    expect([...seen]).toEqual([[2000, [["a", 2]]]]);
  });
});
