/** Versions of a program that come and go: an older one that starts late, a deployment that is taken back. */
import { CheckpointError } from "../../shared/index.js";
import { observe, program, type Seen, World } from "../engine/world.js";

const lines = (...texts: string[]) => texts.map((text) => ({ partitionKey: "k", data: Buffer.from(text) }));

describe("an input that a version of the program does not have", () => {
  it("stands still meanwhile, and goes on where it stood", async () => {
    const world = new World();
    await world.streams.create("old", 1);
    await world.streams.create("new", 1);
    const seen: Seen<string> = new Map();
    const before = program((ssc) => observe(ssc, ssc.kinesisStream("old", { name: "old" }), new Map(), "see-old"));
    const after = program((ssc) => {
      observe(ssc, ssc.kinesisStream("old", { name: "old" }), new Map(), "see-old");
      observe(ssc, ssc.kinesisStream("new", { name: "new" }), seen, "see-new");
    });
    await world.streams.putRecords("new", lines("a", "b"));
    await world.run(after, { batches: 2 });
    await world.streams.putRecords("new", lines("c"));
    await world.run(before, { batches: 2 });
    await world.streams.putRecords("new", lines("d"));
    await world.run(after, { batches: 2 });
    expect([...seen.values()].flat()).toEqual(["a", "b", "c", "d"]);
  });
});

describe("an output operation that a version of the program does not have", () => {
  const withReport = (send: () => void) =>
    program((ssc) => ssc.queueStream([[1], [2]]).foreachRDD(() => send(), { name: "report" }));
  const without = program((ssc) => observe(ssc, ssc.queueStream([[1], [2]]), new Map()));
  const fails = () => {
    throw new Error("the sink is away");
  };

  it("is not forgotten while it is owed: the version without it does not start", async () => {
    const world = new World();
    await expect(world.run(withReport(fails), { batches: 1 })).rejects.toThrow("the sink is away");
    const start = world.run(without, { batches: 1 });
    await expect(start).rejects.toThrow(CheckpointError);
    await expect(start).rejects.toThrow(
      'still owes what output operation report is to send, which this program does not have (it has: observe). Start the program that has it once more, with onBatchFailure: "skip" if it cannot send it any more',
    );
    let sent = 0;
    await world.run(
      withReport(() => void sent++),
      { batches: 1 },
    );
    expect(sent).toBe(2);
    await expect(world.run(without, { batches: 1 })).resolves.toBe("finished");
  });
});
