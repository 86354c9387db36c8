import { encodeObjectFile } from "../../shared/rdd/index.js";
import { MemoryFileSystem, VirtualClock } from "../../shared/simulation/index.js";
import { seconds } from "../../shared/time/index.js";
import { run, WAYS } from "./programs.js";

const text = (lines: string): Uint8Array => Buffer.from(lines, "utf8");

/** Files that count how often they are listed and read. */
class CountingFiles extends MemoryFileSystem {
  reads = 0;
  lists = 0;

  constructor() {
    super(new VirtualClock());
  }

  override read(path: string, start: number, end: number): Promise<Uint8Array> {
    this.reads += 1;
    return super.read(path, start, end);
  }

  override list(directory: string) {
    this.lists += 1;
    return super.list(directory);
  }
}

const clicks: [string, string][][] = [
  [
    ["u1", "/a"],
    ["u2", "/b"],
  ],
  [
    ["u3", "/c"],
    ["u1", "/d"],
  ],
  [["u2", "/e"]],
];

describe.each(WAYS.map((way) => [JSON.stringify(way), way] as const))("static data, %s", (_name, way) => {
  it("from an array joins with a stream", async () => {
    const out = await run(
      clicks,
      (ssc, stream) => {
        const names = ssc.context.parallelize<[string, string]>(
          [
            ["u1", "Ann"],
            ["u2", "Bob"],
          ],
          2,
        );
        return stream.transform((rdd) => rdd.join(names).map(([, [page, name]]) => `${name} ${page}`));
      },
      way,
    );
    expect(out.map((values) => [...values].sort())).toEqual([["Ann /a", "Bob /b"], ["Ann /d"], ["Bob /e"]]);
  });

  it("from a text file is read once and works in all operations on two RDDs", async () => {
    const files = new CountingFiles();
    files.write("users.csv", text("u1,Ann\nu2,Bob\n"));
    const out = await run(
      clicks,
      (ssc, stream) => {
        const users = ssc.context.textFile("users.csv").mapToPair((line) => line.split(",") as [string, string]);
        const known = users.map(([id]) => id);
        return stream.transform((rdd) =>
          rdd
            .leftOuterJoin(users)
            .map(([id, [, name]]) => `${id} ${name ?? "?"}`)
            .union(
              rdd
                .keys()
                .subtract(known)
                .map((id) => `new ${id}`),
            )
            .union(
              rdd
                .keys()
                .cartesian(known)
                .filter(([a, b]) => a === b)
                .map(([id]) => `known ${id}`),
            ),
        );
      },
      way,
      files,
    );
    expect(out.map((values) => [...values].sort())).toEqual([
      ["known u1", "known u2", "u1 Ann", "u2 Bob"],
      ["known u1", "new u3", "u1 Ann", "u3 ?"],
      ["known u2", "u2 Bob"],
    ]);
    // One file system stands for one process here, which a restart ends.
    expect(files.reads).toBe(way.restartAfter === undefined ? 1 : 2);
  });

  it("from a directory of object files keeps its values", async () => {
    const files = new CountingFiles();
    files.write("model/part-00000", encodeObjectFile([["u1", { score: 1n }]]));
    files.write("model/part-00001", encodeObjectFile([["u3", { score: 3n }]]));
    files.write("model/_SUCCESS", text(""));
    const out = await run(
      clicks,
      (ssc, stream) => {
        const model = ssc.context.objectFile<[string, { score: bigint }]>("model");
        return stream.transform((rdd) => rdd.join(model).map(([id, [, { score }]]) => [id, score] as [string, bigint]));
      },
      way,
      files,
    );
    expect(out.map((values) => [...values].sort())).toEqual([
      [["u1", 1n]],
      [
        ["u1", 1n],
        ["u3", 3n],
      ],
      [],
    ]);
  });

  it("is at hand in foreachRDD bodies", async () => {
    // The last batch before a restart does its outputs again.
    const seen = new Set<string>();
    await run(
      clicks,
      (ssc, stream) => {
        const names = ssc.context.parallelize<[string, string]>([["u1", "Ann"]]);
        stream.foreachRDD(async (rdd, time, { step }) => {
          const rows = await rdd.join(names).values().collect();
          const all = await names.with(rdd).count();
          await step("keep", () => {
            seen.add(`${time.milliseconds} ${rows.map(([page]) => page).join()} of ${all}`);
          });
        });
        return stream;
      },
      way,
    );
    expect([...seen]).toEqual(["1000 /a of 1", "2000 /d of 1", "3000  of 1"]);
  });
});

describe("refresh", () => {
  const pages = (refresh: "never" | ReturnType<typeof seconds>) => async () => {
    const files = new CountingFiles();
    files.write("day/a.txt", text("one"), 1);
    const out = await run(
      [["x"], ["x"], ["x"], ["x"]],
      (ssc, stream) => {
        const lines = ssc.context.textFile("day", { refresh });
        stream.foreachRDD(async (_rdd, time, { step }) => {
          await step("replace", () => {
            if (time.milliseconds === 1000) files.write("day/a.txt", text("two and"), 2);
            if (time.milliseconds === 1000) files.write("day/b.txt", text("more"), 2);
          });
        });
        return stream.transform((rdd) => lines.with(rdd));
      },
      { executors: {} },
      files,
    );
    return out.map((values) => values.join(" "));
  };

  it("never: the files of the start", async () => {
    expect(await pages("never")()).toEqual(["one", "one", "one", "one"]);
  });

  it("after a time: what is there then", async () => {
    const out = await pages(seconds(3))();
    expect(out.slice(0, 3)).toEqual(["one", "one", "one"]);
    expect(out[3]).toBe("two and more");
  });

  it("is looked for at every start of the application", async () => {
    const files = new CountingFiles();
    files.write("words", text("one"), 1);
    const out = await run(
      [["x"], ["x"]],
      (ssc, stream) => {
        const lines = ssc.context.textFile("words");
        stream.foreachRDD(async (_rdd, _time, { step }) => {
          await step("replace", () => files.write("words", text("two"), 2));
        });
        return stream.transform((rdd) => lines.with(rdd));
      },
      { executors: {}, restartAfter: 1 },
      files,
    );
    expect(out).toEqual([["one"], ["two"]]);
  });
});

describe("what is wrong", () => {
  const building = (path: string, options: object = {}) =>
    run(
      [["x"]],
      (ssc, stream) => stream.union(stream.transform((rdd) => ssc.context.textFile(path, options).with(rdd))),
      {
        executors: {},
      },
    );

  it("a file that is not there fails the batch by name", async () => {
    const failing = run(
      [["x"]],
      (ssc, stream) => {
        const lines = ssc.context.textFile("nowhere.txt");
        return stream.transform((rdd) => rdd.union(lines));
      },
      { executors: {} },
    );
    await expect(failing).rejects.toThrow(/nowhere.txt does not exist/);
  });

  it("paths and options", async () => {
    const made = (path: string, options: object) =>
      run(
        [["x"]],
        (ssc, stream) => {
          ssc.context.textFile(path, options);
          return stream;
        },
        { executors: {} },
      );
    await expect(made("", {})).rejects.toThrow(/needs the path/);
    await expect(made("a", { refresh: 5 })).rejects.toThrow(/positive duration/);
    await expect(made("a", { minPartitions: 0 })).rejects.toThrow(/positive integer/);
    expect(typeof building).toBe("function");
  });
});
