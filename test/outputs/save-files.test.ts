import { gunzipSync } from "node:zlib";
import { readObjectFile } from "../../shared/rdd/index.js";
import { seconds } from "../../shared/time/index.js";
import { filesIn, newFiles, run, textsIn } from "./files.js";
import { readSequenceFile } from "./sequence-reader.js";

function objectsOf(bytes: Uint8Array): unknown[] {
  const elements: unknown[] = [];
  readObjectFile(bytes, "test", (element) => elements.push(element));
  return elements;
}

describe("saveAsTextFiles", () => {
  it("writes a directory a batch and a file a partition with elements", async () => {
    const files = newFiles();
    await run([["a", "b", "c"], [], ["d"]], (stream) => stream.saveAsTextFiles("out", "txt"), { files });
    expect(await textsIn(files, "out-1000.txt")).toEqual({ "part-00000": "a\n", "part-00001": "b\nc\n" });
    expect(await textsIn(files, "out-2000.txt")).toEqual({});
    expect(await textsIn(files, "out-3000.txt")).toEqual({ "part-00001": "d\n" });
  });

  it("writes empty files when asked to", async () => {
    const files = newFiles();
    await run([["a"], []], (stream) => stream.saveAsTextFiles("", "", { writeEmpty: true }), {
      files,
      executors: { count: 2, isolated: true },
    });
    expect(await textsIn(files, "1000")).toEqual({ "part-00000": "", "part-00001": "a\n" });
    expect(await textsIn(files, "2000")).toEqual({ "part-00000": "", "part-00001": "" });
  });

  it.each([{}, { restartAfter: 1 }, { restartAfter: 3, executors: { count: 2, isolated: true } }])(
    "rolls several batches over into one file: %j",
    async (options) => {
      const files = newFiles();
      const rollOver = seconds(2);
      await run([["a", "b"], ["c"], [], ["d"], ["e"]], (stream) => stream.saveAsTextFiles("out", "", { rollOver }), {
        files,
        ...options,
      });
      expect(await textsIn(files, "out-2000")).toEqual({ "part-00000": "a\nb\nc\n" });
      expect(await textsIn(files, "out-4000")).toEqual({ "part-00000": "d\n" });
      // The window that the fifth batch began is not over.
      expect((await files.list("out-*")).length).toBe(2);
    },
  );

  it("writes each file once, over a restart and over outputs that fail", async () => {
    const files = newFiles();
    const puts: string[] = [];
    let failures = 2;
    const flaky = Object.assign(Object.create(files), {
      list: (directory: string) => files.list(directory),
      read: (path: string, start: number, end: number) => files.read(path, start, end),
      putIfAbsent: async (path: string, bytes: Uint8Array) => {
        const outcome = await files.putIfAbsent(path, bytes);
        if (outcome === "created") puts.push(path);
        if (failures > 0) {
          failures -= 1;
          throw new Error(`acknowledgement ${failures} lost`);
        }
        return outcome;
      },
    });
    await run(
      [
        ["a", "b"],
        ["c", "d"],
      ],
      (stream) => stream.saveAsTextFiles("out"),
      { files: flaky, restartAfter: 1 },
    );
    expect([...puts].sort()).toEqual([
      "out-1000/part-00000",
      "out-1000/part-00001",
      "out-2000/part-00000",
      "out-2000/part-00001",
    ]);
    expect(await textsIn(files, "out-1000")).toEqual({ "part-00000": "a\n", "part-00001": "b\n" });
  });
});

describe("saveAsObjectFiles", () => {
  const values = [new Map([["k", 1n]]), undefined, { when: new Date(5), bytes: Uint8Array.of(1) }, -0, "é", [1, [2]]];

  it("keeps every value as it is", async () => {
    const files = newFiles();
    await run([values, []], (stream) => stream.saveAsObjectFiles("out"), {
      files,
      executors: { count: 2, isolated: true },
    });
    const { "part-00000": first, "part-00001": second, ...others } = await filesIn(files, "out-1000");
    expect(others).toEqual({});
    expect([...objectsOf(first as Uint8Array), ...objectsOf(second as Uint8Array)]).toEqual(values);
    expect(await filesIn(files, "out-2000")).toEqual({});
  });

  it("begins with magic and version, as documented", async () => {
    const files = newFiles();
    await run([[1, 300]], (stream) => stream.repartition(1).saveAsObjectFiles("out"), { files });
    const { "part-00000": bytes } = await filesIn(files, "out-1000");
    const [magic, version, length, column] = ["534c554943454f42", "0100", "08000000", "dc01020301002c01"];
    expect(Buffer.from(bytes as Uint8Array).toString("hex")).toBe(`${magic}${version}${length}${column}`);
  });

  it("refuses other files, newer versions and damage", () => {
    const header = (version: number): Buffer => Buffer.from([...Buffer.from("SLUICEOB"), version, 0]);
    expect(() => objectsOf(Buffer.from("to be or not to be"))).toThrow(/not an object file/);
    expect(() => objectsOf(header(2))).toThrow(/version 2.*reads version 1/);
    expect(() => objectsOf(Buffer.concat([header(1), Uint8Array.of(9, 0)]))).toThrow(/ends in the middle/);
    expect(() => objectsOf(Buffer.concat([header(1), Uint8Array.of(9, 0, 0, 0, 1)]))).toThrow(/ends in the middle/);
    expect(objectsOf(header(1))).toEqual([]);
  });
});

describe("saveAsHadoopFiles", () => {
  const counts: [string, number][] = [
    ["to", 2],
    ["be", 2],
    ["or", 1],
  ];

  it("writes lines of key, tab and value, and _SUCCESS last", async () => {
    const files = newFiles();
    const order: string[] = [];
    const watched = Object.assign(Object.create(files), {
      list: (directory: string) => files.list(directory),
      putIfAbsent: (path: string, bytes: Uint8Array) => {
        order.push(path);
        return files.putIfAbsent(path, bytes);
      },
    });
    await run([counts, []], (stream) => stream.saveAsHadoopFiles("out"), { files: watched });
    expect(await textsIn(files, "out-1000")).toEqual({
      "part-00000": "to\t2\n",
      "part-00001": "be\t2\nor\t1\n",
      _SUCCESS: "",
    });
    expect(order.at(-1)).toBe("out-1000/_SUCCESS");
    expect(await textsIn(files, "out-2000")).toEqual({});
  });

  it("compresses with gzip, and writes empty partitions when asked to", async () => {
    const files = newFiles();
    await run(
      [[], counts],
      (stream) => stream.saveAsHadoopFiles("out", "", { compression: "gzip", writeEmpty: true }),
      {
        files,
      },
    );
    const empty = await filesIn(files, "out-1000");
    expect(Object.keys(empty).sort()).toEqual(["_SUCCESS", "part-00000.gz", "part-00001.gz"]);
    expect(gunzipSync(empty["part-00000.gz"] as Uint8Array)).toHaveLength(0);
    const full = await filesIn(files, "out-2000");
    expect(gunzipSync(full["part-00001.gz"] as Uint8Array).toString()).toBe("be\t2\nor\t1\n");
  });

  it("writes sequence files with the classes of keys and values", async () => {
    const files = newFiles();
    await run([counts], (stream) => stream.saveAsHadoopFiles("out", "seq", { format: "sequence" }), {
      files,
      executors: { count: 2, isolated: true },
    });
    const written = await filesIn(files, "out-1000.seq");
    expect(Object.keys(written).sort()).toEqual(["_SUCCESS", "part-00000", "part-00001"]);
    expect(readSequenceFile(written["part-00001"] as Uint8Array)).toEqual({
      keyClass: "org.apache.hadoop.io.Text",
      valueClass: "org.apache.hadoop.io.LongWritable",
      rows: [
        ["be", 2n],
        ["or", 1n],
      ],
      syncs: 0,
    });
  });

  it.each<[string, unknown, unknown, string]>([
    ["long text", "語".repeat(300), "語".repeat(300), "Text"],
    ["negative numbers", -5, -5n, "LongWritable"],
    ["bigints", 2n ** 62n, 2n ** 62n, "LongWritable"],
    ["booleans", true, true, "BooleanWritable"],
    ["bytes", Uint8Array.of(1, 2), Uint8Array.of(1, 2), "BytesWritable"],
    ["nothing", undefined, null, "NullWritable"],
    ["objects", { a: [1] }, '{"a":[1]}', "Text"],
  ])("writes %s", async (_what, value, expected, className) => {
    const files = newFiles();
    await run(
      [[["k", value]]] as [string, unknown][][],
      (stream) => stream.saveAsHadoopFiles("out", "", { format: "sequence" }),
      { files },
    );
    const { "part-00001": bytes } = await filesIn(files, "out-1000");
    const file = readSequenceFile(bytes as Uint8Array);
    expect(file.valueClass).toBe(`org.apache.hadoop.io.${className}`);
    expect(file.rows).toEqual([["k", expected]]);
  });

  it("writes doubles when told so, and says so when a number is no integer", async () => {
    const files = newFiles();
    const rows: [string, number][] = [["pi", 3.14]];
    const refused = run([rows], (stream) => stream.saveAsHadoopFiles("out", "", { format: "sequence" }), { files });
    await expect(refused).rejects.toThrow(/say \{ value: "double" \}/);
    await run([rows], (stream) => stream.saveAsHadoopFiles("out", "", { format: "sequence", value: "double" }), {
      files,
    });
    const { "part-00001": bytes } = await filesIn(files, "out-1000");
    expect(readSequenceFile(bytes as Uint8Array).rows).toEqual([["pi", 3.14]]);
  });

  it("puts sync markers into large files, other ones in every file", async () => {
    const files = newFiles();
    const rows = Array.from({ length: 600 }, (_, i) => [i, "x".repeat(1000)] as [number, string]);
    await run([rows], (stream) => stream.saveAsHadoopFiles("out", "", { format: "sequence" }), { files });
    const { "part-00000": a, "part-00001": b } = await filesIn(files, "out-1000");
    const [first, second] = [readSequenceFile(a as Uint8Array), readSequenceFile(b as Uint8Array)];
    expect(first.syncs).toBeGreaterThanOrEqual(2);
    expect([...first.rows, ...second.rows]).toEqual(rows.map(([k, v]) => [BigInt(k), v]));
    const syncOf = (file: Uint8Array): string => Buffer.from(file).subarray(0, 120).toString("hex").slice(-80);
    expect(syncOf(a as Uint8Array)).not.toBe(syncOf(b as Uint8Array));
  });

  it("refuses options that are wrong", async () => {
    const saving = (options: object) =>
      run([[["a", 1]]] as [string, number][][], (stream) => stream.saveAsHadoopFiles("out", "", options));
    await expect(saving({ format: "avro" })).rejects.toThrow(/text and sequence, not avro/);
    await expect(saving({ format: "sequence", compression: "gzip" })).rejects.toThrow(/uncompressed/);
    await expect(saving({ compresion: "gzip" })).rejects.toThrow(/did you mean "compression"/);
  });

  it("compiles on pairs only", () => {
    const typed = (): unknown =>
      run([["a"]], (stream) =>
        // @ts-expect-error Hadoop files hold pairs
        stream.saveAsHadoopFiles("out"),
      );
    expect(typeof typed).toBe("function");
  });
});

describe("order of output operations", () => {
  it("is that of their definition, and a failed one holds back those after it", async () => {
    const log: string[] = [];
    let failures = 2;
    await run([["a"], ["b"]], (stream) => {
      stream.foreachRDD(async (_rdd, time, { step }) => {
        await step("first", () => {
          if (failures > 0) {
            failures -= 1;
            throw new Error(`not yet ${failures}`);
          }
          log.push(`first ${time.milliseconds}`);
        });
      });
      stream.foreachRDD(async (_rdd, time, { step }) => {
        await step("second", () => {
          log.push(`second ${time.milliseconds}`);
        });
      });
    });
    expect(log).toEqual(["first 1000", "second 1000", "first 2000", "second 2000"]);
  });
});
