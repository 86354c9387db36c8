/** Which files a file stream reads, in memory and in virtual time. */
import { IllegalArgumentError, type StreamingContext, seconds } from "../../shared/index.js";
import { mortal } from "../../shared/simulation/index.js";
import type { FileStreamOptions } from "../../shared/streaming/index.js";
import { graphOf, observe, program, type Seen, World } from "../engine/world.js";

const START = 12_000;
const BATCH = 2000;

/** A world whose clock stands at 12 s. */
async function world(): Promise<World> {
  const made = new World();
  await made.clock.sleep(START);
  return made;
}

const reading =
  (directory: string, seen: Seen<string>, options: FileStreamOptions = {}) =>
  (ssc: StreamingContext): void =>
    observe(ssc, ssc.textFileStream(directory, options), seen);

/** Runs so many batches while the actions happen at their times. */
async function run(
  at: World,
  batches: number,
  build: (ssc: StreamingContext) => void,
  actions: Readonly<Record<number, () => void>> = {},
): Promise<void> {
  const done = Object.entries(actions).map(async ([time, act]) => {
    await at.clock.sleep(Number(time) - at.clock.now());
    act();
  });
  await at.run(program(build, { batchDuration: seconds(2) }), { batches });
  await Promise.all(done);
}

const flat = (seen: Seen<string>): string[] => [...seen.values()].flat();
const text = (line: string) => Buffer.from(`${line}\n`);

describe("a file stream", () => {
  it.each([
    [true, ["1", "2", "3", "4", "5"]],
    [false, ["0", "1", "2", "3", "4", "5"]],
  ])("with newFilesOnly %p reads %p (fact file.newFilesOnly)", async (newFilesOnly, expected) => {
    const at = await world();
    at.files.write("in/0", text("0"), 10_000);
    const seen: Seen<string> = new Map();
    const writes = [1, 2, 3, 4, 5].map((n, i) => [
      START + 1000 + i * BATCH,
      () => at.files.write(`in/${n}`, text(String(n))),
    ]);
    await run(at, 7, reading("in", seen, { newFilesOnly }), Object.fromEntries(writes));
    expect(flat(seen)).toEqual(expected);
    // One file a batch, each in the batch whose time comes next.
    expect([...seen].filter(([, lines]) => lines.includes("3")).map(([time]) => time)).toEqual([18_000]);
  });

  it("takes a wildcard for directories (fact file.wildcard)", async () => {
    const at = await world();
    const seen: Seen<string> = new Map();
    const writes = Array.from({ length: 10 }, (_, i) => [
      START + 1000 + i * BATCH,
      () => at.files.write(`base/tmp${1 + (i % 2)}/${i}`, text(String(i))),
    ]);
    const beside = { [START + 500]: () => at.files.write("base/beside", text("not me")) };
    await run(at, 12, reading("base/*/", seen), { ...Object.fromEntries(writes), ...beside });
    expect(flat(seen)).toEqual(Array.from({ length: 10 }, (_, i) => String(i)));
  });

  it("reads only what is new of a directory that is renamed to match (fact file.renamedDirectory)", async () => {
    const at = await world();
    const seen: Seen<string> = new Map();
    await run(at, 5, reading("streaming/sub*", seen), {
      // What a rename does: the same files, modified when they were.
      [START + 5000]: () => {
        at.files.write("streaming/sub1/old", text("old"), START - 1000);
        at.files.write("streaming/sub1/new", text("new"), START + 1500);
      },
    });
    expect(flat(seen)).toEqual(["new"]);
  });

  describe("chooses a file (fact file.selection)", () => {
    async function chosen(
      path: string,
      modified: number,
      options: FileStreamOptions & { readonly visibleAt?: number; readonly batches?: number } = {},
    ): Promise<number[]> {
      const { visibleAt = START + 100, batches = 40, ...rest } = options;
      const at = await world();
      const seen: Seen<string> = new Map();
      const write = () => at.files.write(path, text("x"), modified);
      await run(at, batches, reading("in", seen, rest), { [visibleAt]: write });
      return [...seen].filter(([, lines]) => lines.length > 0).map(([time]) => time);
    }

    it.each<[string, string, number, number[]]>([
      ["at the batch after its modification", "in/a", START + 3000, [16_000]],
      ["at the batch of its modification", "in/a", START + 4000, [16_000]],
      ["not before it is modified", "in/a", START + 4001, [18_000]],
      ["not from before the start", "in/a", START, []],
      ["not below the directory", "in/sub/a", START + 1000, []],
      ["not with a leading dot", "in/.a", START + 1000, []],
    ])("%s", async (_, path, modified, times) => {
      expect(await chosen(path, modified)).toEqual(times);
    });

    it("that becomes visible up to a minute late", async () => {
      expect(await chosen("in/a", START + 2000, { visibleAt: START + 59_000 })).toEqual([72_000]);
    });

    it("but not one that becomes visible later", async () => {
      expect(await chosen("in/a", START + 2000, { visibleAt: START + 67_000 })).toEqual([]);
    });

    it("that the filter lets through", async () => {
      expect(await chosen("in/a.log", START + 1000, { filter: ({ path }) => path.endsWith(".log") })).toEqual([14_000]);
      expect(await chosen("in/a.txt", START + 1000, { filter: ({ path }) => path.endsWith(".log") })).toEqual([]);
    });

    it("once, however often it is written", async () => {
      const at = await world();
      const seen: Seen<string> = new Map();
      await run(at, 10, reading("in", seen), {
        [START + 100]: () => at.files.write("in/a", text("first")),
        [START + 5000]: () => at.files.write("in/a", text("second")),
      });
      expect(flat(seen)).toEqual(["first"]);
    });
  });

  describe("of records of equal length", () => {
    const records =
      (seen: Seen<Uint8Array>, length: number, minPartitions = 1) =>
      (ssc: StreamingContext) =>
        observe(ssc, ssc.binaryRecordsStream("in", length, { minPartitions }), seen);

    it("gives one byte array a record (fact file.binaryRecords)", async () => {
      const at = await world();
      const seen: Seen<Uint8Array> = new Map();
      const writes = [1, 2, 3].map((n, i) => [
        START + 1000 + i * BATCH,
        () => at.files.write(`in/${n}`, Uint8Array.from([n, n + 1, n + 2, n + 3, n + 4])),
      ]);
      await run(at, 4, records(seen, 1), Object.fromEntries(writes));
      expect([...seen.values()].map((batch) => batch.map((bytes) => [...bytes]))).toEqual([
        [[1], [2], [3], [4], [5]],
        [[2], [3], [4], [5], [6]],
        [[3], [4], [5], [6], [7]],
        [],
      ]);
    });

    it("cuts large files between records", async () => {
      const at = await world();
      const seen: Seen<Uint8Array> = new Map();
      const numbers = Uint32Array.from({ length: 3 * 30_000 }, (_, i) => i);
      const write = () => at.files.write("in/big", new Uint8Array(numbers.buffer));
      await run(at, 1, records(seen, 12, 7), { [START + 1000]: write });
      const [batch = []] = [...seen.values()];
      expect(batch.flatMap((bytes) => [...new Uint32Array(bytes.buffer)])).toEqual([...numbers]);
      expect(batch).toHaveLength(30_000);
    });

    it("fails the batch at a file of another length", async () => {
      const at = await world();
      const write = () => at.files.write("in/odd", Uint8Array.from([1, 2, 3]));
      const failing = run(at, 2, records(new Map(), 2), { [START + 1000]: write });
      await expect(failing).rejects.toThrow(/Batch 14000 ms failed: in\/odd has 3 bytes, .* records of 2 bytes each/);
    });

    it.each([0, -1, 1.5])("has none of %p bytes", (length) => {
      const app = program((ssc) => void ssc.binaryRecordsStream("in", length));
      expect(() => graphOf(app)).toThrow(IllegalArgumentError);
    });
  });

  it("goes on after a driver that died, with what came meanwhile (fact file.recovery)", async () => {
    const at = await world();
    const sums: Seen<number> = new Map();
    const app = program(
      (ssc) => {
        const numbers = ssc.textFileStream("in", { name: "files" }).map(Number);
        observe(
          ssc,
          numbers.reduceByWindow((a, b) => a + b, seconds(60), seconds(2), { name: "sum" }),
          sums,
        );
      },
      { batchDuration: seconds(2) },
    );
    const write = (n: number) => at.files.write(`in/${n}`, text(String(n)));
    const writer = (async () => {
      await at.clock.sleep(1000);
      for (let n = 1; n <= 3; n++) {
        write(n);
        await at.clock.sleep(BATCH);
      }
    })();
    // The driver dies while batch 3 is running.
    const process = mortal(at.ports);
    let batches = 0;
    await new Promise<void>((resolve) => {
      const driver = at.driver(app, {
        ports: process.ports,
        listener: {
          onBatchStarted: () => {
            batches += 1;
            if (batches < 3) return;
            process.kill();
            resolve();
          },
        },
      });
      driver.run().catch(() => {});
    });
    await writer;
    expect([...sums.values()].flat()).toEqual([1, 3]);

    for (const n of [4, 5, 6]) {
      write(n);
      await at.clock.sleep(BATCH);
    }
    const later = (async () => {
      for (const n of [7, 8, 9]) {
        write(n);
        await at.clock.sleep(BATCH);
      }
    })();
    const restarted = at.driver(app, { batches: 8 });
    await restarted.run();
    await later;
    expect([...new Set([...sums.values()].flat())]).toEqual([1, 3, 6, 10, 15, 21, 28, 36, 45]);
    const position = restarted.manifest?.positions.files;
    expect(position?.type === "files" && Object.keys(position.chosen).sort()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `in/${n}`),
    );
  });
});
