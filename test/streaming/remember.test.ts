/** What is kept of earlier batches because the program says so, and how it is read. */
import {
  IllegalArgumentError,
  IllegalStateError,
  milliseconds,
  StorageLevel,
  type StreamingContext,
  seconds,
  Time,
} from "../../shared/index.js";
import { retentionOf } from "../../shared/streaming/index.js";
import { graphOf, program, World } from "../engine/world.js";
import { until } from "../support/eventually.js";
import { withContext } from "./local-context.js";

const input = Array.from({ length: 10 }, (_, i) => [i + 1]);

/** Runs ten batches of a second; the driver then answers for slices. */
async function afterTenBatches(build: (ssc: StreamingContext) => void, world = new World()) {
  const driver = world.driver(program(build), { batches: 10 });
  await driver.run();
  const node = (uid: string) => {
    const found = driver.graph.nodes.find((candidate) => candidate.uid === uid);
    if (found === undefined) throw new Error(`no ${uid}`);
    return found;
  };
  return {
    driver,
    /** Batch times, and the elements at each. */
    async slice(uid: string, from = 0, to = 100_000): Promise<[number, unknown[]][]> {
      const rdds = await driver.slice(node(uid), from, to);
      return rdds.map(({ time, partitions }) => [time, partitions.flat()]);
    },
    async times(uid: string): Promise<number[]> {
      return (await driver.slice(node(uid), 0, 100_000)).map(({ time }) => time / 1000);
    },
  };
}

const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

describe("remember", () => {
  const windows = (ssc: StreamingContext): void => {
    ssc.remember(seconds(3));
    ssc
      .queueStream(input)
      .map((n) => n, { name: "map" })
      .window(seconds(2), seconds(1), { name: "inner" })
      .window(seconds(4), seconds(2), { name: "outer" })
      .foreachRDD(() => {});
  };

  it("asks the parents of windows for more (fact remember.windowChain)", async () => {
    const durations = [...retentionOf(graphOf(program(windows)))].map(([node, millis]) => [node.uid, millis / 1000]);
    expect(Object.fromEntries(durations)).toEqual({ outer: 3, inner: 7, map: 9, "queueStream-0": 3 });
    const { times } = await afterTenBatches(windows);
    expect(await times("outer")).toEqual([8, 10]);
    expect(await times("inner")).toEqual(range(4, 10));
    expect(await times("map")).toEqual(range(2, 10));
    expect(await times("queueStream-0")).toEqual(range(8, 10));
  });

  it("keeps windows that can be put together whole", async () => {
    const { slice } = await afterTenBatches(windows);
    // Each inner window has two numbers; the outer one has the inner ones of 4 s.
    expect(await slice("inner", 9000, 10_000)).toEqual([
      [9000, [8, 9]],
      [10_000, [9, 10]],
    ]);
    expect(await slice("outer", 10_000, 10_000)).toEqual([[10_000, [6, 7, 7, 8, 8, 9, 9, 10]]]);
  });

  it("can be set once", () => {
    const twice = program((ssc) => {
      ssc.remember(seconds(3));
      ssc.remember(seconds(3));
    });
    expect(() => graphOf(twice)).toThrow(IllegalArgumentError);
  });

  it.each([milliseconds(0), 3 as never])("needs a duration, not %p", (duration) => {
    expect(() => graphOf(program((ssc) => ssc.remember(duration)))).toThrow(IllegalArgumentError);
  });

  it("forgets state as it does streams, and the state goes on", async () => {
    const build = (ssc: StreamingContext): void => {
      ssc.remember(seconds(2));
      ssc
        .queueStream(input)
        .mapToPair((n) => [n % 2, n])
        .updateStateByKey<number>((values, sum = 0) => values.reduce((a, b) => a + b, sum), { name: "sums" })
        .foreachRDD(() => {});
    };
    const { slice } = await afterTenBatches(build);
    const sums = await slice("sums");
    expect(sums.map(([time, pairs]) => [time, [...(pairs as [number, number][])].sort()])).toEqual([
      [
        9000,
        [
          [0, 20],
          [1, 25],
        ],
      ],
      [
        10_000,
        [
          [0, 30],
          [1, 25],
        ],
      ],
    ]);
  });

  it("outlives a restart", async () => {
    const world = new World();
    const build = (ssc: StreamingContext): void => {
      ssc.remember(seconds(4));
      ssc.queueStream(input).foreachRDD(() => {});
    };
    await world.run(program(build), { batches: 3 });
    const driver = world.driver(program(build), { batches: 1 });
    await driver.run();
    const rdds = await driver.slice(driver.graph.nodes[0] as never, 0, 9000);
    expect(rdds.map(({ time }) => time)).toEqual([1000, 2000, 3000, 4000]);
  });

  it("does not let storage grow (fact remember.blocks)", async () => {
    const world = new World();
    const big = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => `${i} ${j} ${"x".repeat(20)}`),
    );
    const build = (ssc: StreamingContext): void => {
      ssc.remember(seconds(3));
      ssc
        .queueStream(big)
        .map((text) => text.toUpperCase())
        .foreachRDD(() => {});
    };
    const objects: number[] = [];
    for (const batches of [20, 20, 20]) {
      await world.run(program(build, { retainBatches: 2 }), { batches });
      objects.push((await world.blocks.list("")).length);
    }
    expect(objects[0]).toBeGreaterThan(4);
    expect(objects).toEqual([objects[0], objects[0], objects[0]]);
  });
});

describe("persist", () => {
  it("keeps the newest RDD of the stream", async () => {
    const { slice } = await afterTenBatches((ssc) => {
      const doubled = ssc.queueStream(input).map((n) => 2 * n, { name: "doubled" });
      expect(doubled.persist(StorageLevel.MEMORY_AND_DISK)).toBe(doubled);
      doubled.foreachRDD(() => {});
    });
    expect(await slice("doubled")).toEqual([[10_000, [20]]]);
  });

  it("of a window keeps the parent's (fact window.persistence)", async () => {
    const { driver, slice } = await afterTenBatches((ssc) => {
      const numbers = ssc.queueStream(input).map((n) => n, { name: "parent" });
      numbers
        .window(seconds(2), seconds(1), { name: "window" })
        .cache()
        .foreachRDD(() => {});
    });
    expect(Object.keys(driver.manifest?.kept ?? {})).toEqual(["parent"]);
    expect(await slice("window")).toEqual([[10_000, [9, 10]]]);
  });

  it("is taken back by unpersist, and by the level NONE", async () => {
    const { driver, slice } = await afterTenBatches((ssc) => {
      const numbers = ssc.queueStream(input, { name: "numbers" });
      numbers
        .cache()
        .unpersist()
        .persist()
        .persist(StorageLevel.NONE)
        .foreachRDD(() => {});
    });
    expect(driver.manifest?.kept).toEqual({});
    await expect(slice("numbers")).rejects.toThrow(/numbers keeps none of its RDDs: call persist/);
  });

  it("needs a level of Spark's", () => {
    const wrong = program((ssc) => void ssc.queueStream([[1]]).persist("MEMORY" as never));
    expect(() => graphOf(wrong)).toThrow(IllegalArgumentError);
  });
});

describe("a slice", () => {
  const build = (ssc: StreamingContext): void => {
    ssc.remember(seconds(5));
    ssc.queueStream(input, { name: "numbers", numPartitions: 2 }).foreachRDD(() => {});
  };

  it("has both ends, floored to the slide", async () => {
    const { slice } = await afterTenBatches(build);
    expect(await slice("numbers", 7000, 8000)).toEqual([
      [7000, [7]],
      [8000, [8]],
    ]);
    expect(await slice("numbers", 7999, 8999)).toEqual([
      [7000, [7]],
      [8000, [8]],
    ]);
    expect(await slice("numbers", 9000, 1000)).toEqual([]);
  });

  it("has no batches that were forgotten or have not been yet", async () => {
    const { slice } = await afterTenBatches(build);
    expect((await slice("numbers")).map(([time]) => time)).toEqual([6000, 7000, 8000, 9000, 10_000]);
  });

  it("can be had of a running context only", async () => {
    let numbers: ReturnType<StreamingContext["queueStream"]> | undefined;
    const running = (ssc: StreamingContext): void => {
      ssc.remember(seconds(60));
      const stream = ssc.queueStream([[1], [2], [3]]);
      numbers ??= stream;
      stream.foreachRDD(() => {});
    };
    let batches = 0;
    await withContext(running, async ({ ssc }) => {
      const slice = () => numbers?.slice(new Time(0), new Time(Date.now())) ?? Promise.reject(new Error("no stream"));
      await expect(slice()).rejects.toThrow(/has not been initialized/);
      ssc.addStreamingListener({ onBatchCompleted: () => void batches++ });
      await ssc.start();
      await until(() => batches >= 4);
      const slices = await slice();
      expect(slices.slice(0, 3).map(({ values }) => values)).toEqual([[1], [2], [3]]);
      expect(slices[0]?.time).toBeInstanceOf(Time);
      expect((slices[1]?.time.milliseconds ?? 0) - (slices[0]?.time.milliseconds ?? 0)).toBe(50);
      expect(() => ssc.remember(seconds(1))).toThrow(IllegalStateError);
      expect(() => numbers?.persist()).toThrow(IllegalStateError);
      await ssc.stop();
      await expect(slice()).rejects.toThrow(IllegalStateError);
    });
  });
});
