import {
  IllegalArgumentError,
  IllegalStateError,
  StreamNotFoundError,
  ValueTooLargeError,
} from "../../shared/errors/index.js";
import type { Item } from "../../shared/ports/index.js";
import {
  MemoryBlockStore,
  MemoryConsole,
  MemoryFileSystem,
  MemoryStreamSource,
  MemoryTable,
  SequentialIds,
  VirtualClock,
} from "../../shared/simulation/index.js";
import { placed, readAll, texts } from "../contracts/stream-source.contract.js";
import { text, utf8 } from "../contracts/subject.js";

describe("the memory ports share no bytes with anybody", () => {
  it("block store", async () => {
    const store = new MemoryBlockStore();
    const [put, created] = [utf8("put"), utf8("created")];
    await store.put("a", put);
    await store.putIfAbsent("b", created);
    put.fill(0);
    created.fill(0);
    (await store.get("a"))?.fill(0);
    (await store.getRange("b", 0, 5))?.fill(0);
    expect([text(await store.get("a")), text(await store.get("b"))]).toEqual(["put", "created"]);
  });

  it("table", async () => {
    const table = new MemoryTable();
    const key = { partition: "p", sort: "s" };
    const bytes = utf8("abc");
    const spoil = (item: Item | undefined) => {
      if (item?.b instanceof Uint8Array) item.b.fill(0);
    };
    await table.putIfAbsent(key, { b: bytes });
    bytes.fill(0);
    spoil(await table.get(key));
    const again = await table.putIfAbsent(key, { b: bytes });
    if (!again.created) spoil(again.existing);
    spoil((await table.update(key, { x: 1 }, { x: undefined })).item);
    spoil((await table.update(key, { x: 1 }, { x: 2 })).item);
    spoil((await table.query("p", ""))[0]?.item);
    expect(text((await table.get(key))?.b as Uint8Array)).toBe("abc");
  });

  it("files and streams", async () => {
    const clock = new VirtualClock();
    const [files, streams] = [new MemoryFileSystem(clock), new MemoryStreamSource(clock)];
    const bytes = utf8("abc");
    await files.putIfAbsent("/f", bytes);
    await streams.create("s", 1);
    await streams.putRecords("s", [{ partitionKey: "k", data: bytes }]);
    bytes.fill(0);
    (await files.read("/f", 0, 3)).fill(0);
    const iterator = await streams.getIterator("s", "shardId-000000000000", { type: "trim-horizon" });
    (await streams.getRecords(iterator, 1)).records[0]?.data.fill(0);
    expect(text(await files.read("/f", 0, 3))).toBe("abc");
    expect(texts(await readAll(streams, iterator))).toEqual(["abc"]);
  });
});

describe("MemoryBlockStore", () => {
  it("lets nobody write other bytes under a name", async () => {
    const store = new MemoryBlockStore();
    await store.put("a", utf8("same"));
    await store.put("a", utf8("same"));
    await expect(store.put("a", utf8("else"))).rejects.toThrow(IllegalStateError);
    expect(text(await store.get("a"))).toBe("same");
  });
});

describe("MemoryTable", () => {
  it("refuses what DynamoDB would refuse", async () => {
    const table = new MemoryTable();
    const key = { partition: "p", sort: "s" };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, undefined, null, {}, [], 1n]) {
      await expect(table.putIfAbsent(key, { value } as unknown as Item)).rejects.toThrow(IllegalArgumentError);
    }
    await expect(table.putIfAbsent(key, { a: "x".repeat(400 * 1024) })).rejects.toThrow(ValueTooLargeError);
    await table.putIfAbsent(key, { a: "x".repeat(300 * 1024) });
    await expect(table.update(key, { b: new Uint8Array(200 * 1024) }, {})).rejects.toThrow(ValueTooLargeError);
    expect(Object.keys((await table.get(key)) ?? {})).toEqual(["a"]);
  });
});

describe("MemoryFileSystem", () => {
  it("lets somebody outside write, replace and remove files", async () => {
    const clock = new VirtualClock({ start: 1000 });
    const files = new MemoryFileSystem(clock);
    files.write("/in/a", utf8("1"));
    files.write("/in/b", utf8("22"), 500);
    files.write("/in/./a", utf8("333"));
    expect(await files.list("/in")).toEqual([
      { path: "/in/a", size: 3, modified: 1000 },
      { path: "/in/b", size: 2, modified: 500 },
    ]);
    files.remove("/in//a");
    expect(await files.list("/in/")).toHaveLength(1);
  });
});

describe("MemoryStreamSource", () => {
  it("gives a stream that was deleted and made again another identity; old iterators are dead", async () => {
    const streams = new MemoryStreamSource(new VirtualClock());
    await streams.create("s", 1);
    const before = await streams.describe("s");
    const iterator = await streams.getIterator("s", "shardId-000000000000", { type: "trim-horizon" });
    await streams.deleteStream("s");
    expect(await streams.describe("s")).toBeUndefined();
    await expect(streams.getRecords(iterator, 1)).rejects.toThrow(StreamNotFoundError);
    await streams.create("s", 1);
    expect((await streams.describe("s"))?.id).not.toBe(before?.id);
    await expect(streams.getRecords(iterator, 1)).rejects.toThrow(StreamNotFoundError);
  });

  it("gives sequence numbers that neither text nor numbers order", async () => {
    const streams = new MemoryStreamSource(new VirtualClock());
    await streams.create("s", 1);
    const entries = Array.from({ length: 20 }, () => ({ partitionKey: "k", data: utf8("x") }));
    const numbers = placed(await streams.putRecords("s", entries)).map(({ sequenceNumber }) => sequenceNumber);
    expect([...numbers].sort()).not.toEqual(numbers);
    expect(new Set(numbers.map(Number)).size).toBeLessThan(numbers.length);
  });

  it("keeps records as long as it is told", async () => {
    const clock = new VirtualClock();
    const streams = new MemoryStreamSource(clock, { retentionMillis: 1000 });
    await streams.create("s", 1);
    await streams.putRecords("s", [{ partitionKey: "k", data: utf8("x") }]);
    const read = async () =>
      readAll(streams, await streams.getIterator("s", "shardId-000000000000", { type: "trim-horizon" }));
    await clock.advance(999);
    expect(await read()).toHaveLength(1);
    await clock.advance(1);
    expect(await read()).toHaveLength(0);
  });

  it("refuses shards that are not there", async () => {
    const streams = new MemoryStreamSource(new VirtualClock());
    await streams.create("s", 1);
    await expect(streams.getIterator("s", "none", { type: "trim-horizon" })).rejects.toThrow(IllegalArgumentError);
    await expect(streams.split("s", "none")).rejects.toThrow(IllegalArgumentError);
  });
});

describe("SequentialIds", () => {
  it("counts, after its prefix", () => {
    const [plain, prefixed] = [new SequentialIds(), new SequentialIds("exec-7-")];
    expect([plain.next(), plain.next(), prefixed.next()]).toEqual(["id-1", "id-2", "exec-7-1"]);
  });
});

describe("MemoryConsole", () => {
  it("keeps what it was told", () => {
    const memory = new MemoryConsole();
    memory.print("a");
    memory.log("warn", "b", { c: 1 });
    memory.log("info", "d");
    expect(memory.printed).toEqual(["a"]);
    expect(memory.logged).toEqual([
      { level: "warn", message: "b", details: { c: 1 } },
      { level: "info", message: "d" },
    ]);
  });
});
