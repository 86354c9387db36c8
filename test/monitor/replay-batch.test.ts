import { BatchFailedError } from "../../shared/errors/index.js";
import { seconds } from "../../shared/index.js";
import { type ReplayedBatch, replayBatch } from "../../shared/monitor/index.js";
import type { StreamingApp } from "../../shared/streaming/index.js";
import { graphOf, program, World } from "../engine/world.js";

let bodies = 0;

const app = program((ssc) => {
  const words = ssc.kinesisStream("lines").flatMap((line) => line.split(" "));
  const totals = words
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" });
  totals.print();
  words.window(seconds(2)).count().print();
  totals.foreachRDD(() => {
    bodies += 1;
  });
  words.saveAsTextFiles("out/words");
});

async function ran(batches: number, of: StreamingApp = app): Promise<World> {
  const world = new World();
  await world.streams.create("lines", 2);
  for (let i = 0; i < batches; i++) {
    await world.streams.putRecords("lines", [{ partitionKey: `${i}`, data: Buffer.from(`a b${i}`) }]);
    await world.run(of, { batches: 1 });
  }
  return world;
}

function replay(world: World, time: number, of: StreamingApp = app): Promise<ReplayedBatch> {
  return replayBatch({ graph: graphOf(of), options: of.options, codeVersion: "test", ports: world.ports, time });
}

async function everythingIn(world: World): Promise<unknown> {
  const names = await world.blocks.list("");
  const items = await world.table.query("job-test", "");
  const blocks = await Promise.all(
    names.map(async (name) => [name, Buffer.from((await world.blocks.get(name)) ?? [])]),
  );
  return JSON.stringify([blocks, items, await world.files.list("out/words-*")]);
}

async function batchTimes(world: World): Promise<readonly number[]> {
  const { ManifestChain } = await import("../../shared/monitor/index.js");
  return (await new ManifestChain(world, "job-test").newest(100)).map(({ time }) => time).reverse();
}

describe("replayBatch", () => {
  it("computes what the batch computed, from its blocks, state and windows, and changes nothing", async () => {
    const world = await ran(4);
    const times = await batchTimes(world);
    const before = await everythingIn(world);
    bodies = 0;
    for (const [i, time] of times.entries()) {
      const replayed = await replay(world, time);
      expect(replayed).toMatchObject({ time, committed: true, programChanged: false });
      expect(replayed.outputs.map(({ same }) => same)).toEqual([true, true, true, true]);
      expect(replayed.outputs[0]?.lines).toContain(`(a,${i + 1})`);
      expect(replayed.outputs[2]).toMatchObject({ kind: "foreachRDD", elements: i + 2 });
      expect(replayed.outputs[3]?.files.map(({ path }) => path)).toContainEqual(
        expect.stringMatching(`^out/words-${time}/part-0000[01]$`),
      );
    }
    expect(bodies).toBe(0);
    expect(await everythingIn(world)).toBe(before);
  });

  it("notices a program that computes something else now", async () => {
    const world = await ran(2);
    const other = program((ssc) => {
      const words = ssc.kinesisStream("lines").flatMap((line) => line.toUpperCase().split(" "));
      words
        .mapToPair((word) => [word, 1])
        .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
        .print();
    });
    const time = (await batchTimes(world))[1] ?? 0;
    const request = { graph: graphOf(other), options: other.options, ports: world.ports, time };
    const replayed = await replayBatch({ ...request, codeVersion: "newer" });
    expect(replayed.programChanged).toBe(true);
    expect(replayed.outputs).toMatchObject([{ uid: "print-0", same: false }]);
  });

  it("fails where a batch failed that halted the application, once, with the stack and the record", async () => {
    let calls = 0;
    const failing = program((ssc) => {
      ssc
        .queueStream([["fine"], ["bad"]], { numPartitions: 1 })
        .map((text) => {
          if (text !== "bad") return text;
          calls += 1;
          throw new RangeError("out of range");
        })
        .print();
    });
    const world = new World();
    const failure: BatchFailedError = await world.run(failing, { batches: 3 }).catch((error) => error);
    const time = failure.details.batchTime as number;
    calls = 0;
    const error = await replay(world, time, failing).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BatchFailedError);
    expect((error as BatchFailedError).details).toMatchObject({ operator: "map-0", record: '"bad"', batchTime: time });
    expect(calls).toBe(1);
  });

  it("names the batches that there are", async () => {
    const world = await ran(3);
    const times = await batchTimes(world);
    await expect(replay(world, 5)).rejects.toThrow(`from ${times[0]} to ${times[2]} ms`);
    await expect(replay(new World(), 5)).rejects.toThrow("no batch that can be run again");
  });

  it("runs batches again as long as they are retained", async () => {
    const few = program(
      (ssc) => {
        ssc
          .kinesisStream("lines")
          .mapToPair((line) => [line, 1])
          .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
          .print();
      },
      { retainBatches: 3 },
    );
    const world = await ran(6, few);
    const times = await batchTimes(world);
    expect(times).toHaveLength(3);
    // The oldest has nothing any more to begin from.
    await expect(replay(world, times[0] ?? 0, few)).rejects.toThrow(`from ${times[1]} to ${times[2]} ms`);
    for (const time of times.slice(1)) expect((await replay(world, time, few)).outputs[0]?.same).toBe(true);
  });

  it("refuses a program without the inputs of then", async () => {
    const world = await ran(1);
    const other = program((ssc) => ssc.kinesisStream("others", { name: "others" }).print());
    await expect(replay(world, (await batchTimes(world))[0] ?? 0, other)).rejects.toThrow("no input others");
  });
});
