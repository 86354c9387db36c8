import { OutputFailedError, seconds } from "../../shared/index.js";
import type { Driver } from "../../shared/scheduler/index.js";
import type { OnBatchFailure } from "../../shared/streaming/index.js";
import { observe, program, type Seen, World } from "../engine/world.js";

/** An application whose sink is away for the first attempts at the second batch. */
function withSink(attemptsAway: number, onAttempt: (attempt: number) => void, onBatchFailure: OnBatchFailure = "halt") {
  const sent: number[] = [];
  let attempt = 0;
  const app = program(
    (ssc) => {
      ssc.queueStream([[1], [2], [3]]).foreachRDD((_rdd, time) => {
        if (time.milliseconds === 2000) {
          attempt += 1;
          onAttempt(attempt);
          if (attempt <= attemptsAway) throw new Error(`away, at attempt ${attempt}`);
        }
        sent.push(time.milliseconds);
      });
    },
    { onBatchFailure },
  );
  return { app, sent };
}

describe("a graceful stop", () => {
  it("processes all that has arrived, without waiting for ticks", async () => {
    const world = new World();
    const seen: Seen<number> = new Map();
    const app = program((ssc) => observe(ssc, ssc.queueStream([[1], [2], [3], [4]]), seen));
    const driver: Driver = world.driver(app, { listener: { onBatchCommitted: () => driver.stop(true) } });
    await driver.run();
    expect([...seen.values()].flat()).toEqual([1, 2, 3, 4]);
    expect(world.clock.now()).toBe(1000);
  });

  it.each([
    ["while an empty batch ran", 0],
    ["after the time of the next batch, which is late", 1500],
  ])("processes what arrived %s", async (_, late) => {
    const world = new World();
    await world.streams.create("words", 1);
    const seen: Seen<string> = new Map();
    const app = program((ssc) => observe(ssc, ssc.kinesisStream("words"), seen));
    // Its inputs have been read by then.
    const listener = {
      onBatchStarted: ({ time }: { readonly time: number }) => {
        if (time !== 1000) return;
        void world.clock.advance(late);
        void world.streams.putRecords("words", [{ partitionKey: "a", data: Buffer.from("last") }]);
        driver.stop(true);
      },
    };
    const driver: Driver = world.driver(app, { listener });
    expect(await driver.run()).toBe("stopped");
    expect([...seen.values()].flat()).toEqual(["last"]);
  });

  it("processes what arrived in shards that were made by splitting one, though the split shard had nothing more", async () => {
    const world = new World();
    await world.streams.create("words", 1);
    const [shard] = await world.streams.listShards("words");
    const seen: Seen<string> = new Map();
    const app = program((ssc) => observe(ssc, ssc.kinesisStream("words"), seen));
    await world.run(app, { batches: 1 });
    await world.streams.split("words", shard?.shardId ?? "");
    await world.streams.putRecords("words", [{ partitionKey: "a", data: Buffer.from("last") }]);
    const driver = world.driver(app);
    driver.stop(true);
    expect(await driver.run()).toBe("stopped");
    expect([...seen.values()].flat()).toEqual(["last"]);
  });

  it("of an application that may sleep is a stop all the same", async () => {
    const world = new World();
    await world.streams.create("words", 1);
    const app = program((ssc) => observe(ssc, ssc.kinesisStream("words"), new Map()), { idleTimeout: seconds(1) });
    const driver: Driver = world.driver(app, { listener: { onBatchStarted: () => driver.stop(true) } });
    expect(await driver.run()).toBe("stopped");
  });

  it("waits for outputs that have to be tried again", async () => {
    const world = new World();
    const { app, sent } = withSink(6, (attempt) => attempt === 2 && driver.stop(true));
    const driver: Driver = world.driver(app);
    await driver.run();
    // The last batch is empty: that is how the driver knows that nothing is left.
    expect(sent).toEqual([1000, 2000, 3000, 4000]);
  });
});

describe("a stop at once", () => {
  it("ends before the next batch", async () => {
    const world = new World();
    const seen: Seen<number> = new Map();
    const app = program((ssc) => observe(ssc, ssc.queueStream([[1], [2], [3]]), seen));
    const driver: Driver = world.driver(app, { listener: { onBatchCommitted: () => driver.stop(false) } });
    await driver.run();
    expect([...seen.values()]).toEqual([[1]]);
    await world.run(app, { batches: 2 });
    expect([...seen.values()]).toEqual([[1], [2], [3]]);
  });

  it("wakes a driver that waits for its next tick", async () => {
    const world = new World();
    const app = program((ssc) => observe(ssc, ssc.queueStream([]), new Map()), {});
    const driver = world.driver(app);
    const running = driver.run();
    await Promise.resolve();
    driver.stop(false);
    await running;
    expect(driver.manifest).toBeUndefined();
  });

  it.each<OnBatchFailure>(["halt", "skip"])(
    "gives up an output that is tried again, which stays owed, under %s",
    async (onBatchFailure) => {
      const world = new World();
      const { app, sent } = withSink(3, (attempt) => attempt === 2 && driver.stop(false), onBatchFailure);
      const driver: Driver = world.driver(app);
      await expect(driver.run()).rejects.toThrow(OutputFailedError);
      expect(sent).toEqual([1000]);
      await world.run(app, { batches: 1 });
      expect(sent).toEqual([1000, 2000, 3000]);
    },
  );
});
