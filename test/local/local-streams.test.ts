import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IllegalArgumentError, StreamNotFoundError, ValueTooLargeError } from "../../shared/errors/index.js";
import { openDatabase } from "../../shared/local/database.js";
import { LocalStore } from "../../shared/local/local-store.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { placed, readAll, texts } from "../contracts/stream-source.contract.js";
import { pattern, utf8 } from "../contracts/subject.js";

const MINUTE = 60_000;

describe("LocalStreams", () => {
  let directory: string;
  let clock: VirtualClock;
  let store: LocalStore;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "sluice-streams-"));
    clock = new VirtualClock({ start: Date.UTC(2024, 0, 1) });
    store = new LocalStore({ directory, clock, retentionMillis: 60 * MINUTE });
    await store.streams.create("s", 1);
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const reopen = async () => {
    await store.close();
    store = new LocalStore({ directory, clock });
  };
  const put = async (...lines: string[]) =>
    placed(
      await store.streams.putRecords(
        "s",
        lines.map((line) => ({ partitionKey: "k", data: utf8(line) })),
      ),
    );
  const shardIds = async () => (await store.streams.listShards("s")).map(({ shardId }) => shardId);
  const read = async (shardId = "shardId-000000000000", limit = 10_000) =>
    readAll(store.streams, await store.streams.getIterator("s", shardId, { type: "trim-horizon" }), limit);
  const segments = async () => {
    const database = openDatabase(directory, "process");
    const count = [...database.segments.getKeys()].length;
    await database.root.close();
    return count;
  };

  it("goes on where it was when it is opened again", async () => {
    const before = [...(await put("a", "b")), ...(await put("c"))];
    const description = await store.streams.describe("s");
    await store.streams.split("s", "shardId-000000000000");
    const shards = await store.streams.listShards("s");
    await reopen();
    expect(await store.streams.describe("s")).toEqual(description);
    expect(description?.retentionMillis).toBe(60 * MINUTE);
    expect(await store.streams.listShards("s")).toEqual(shards);
    expect(texts(await read())).toEqual(["a", "b", "c"]);
    const [after] = await put("d");
    expect(BigInt(after?.sequenceNumber ?? 0)).toBeGreaterThan(BigInt(before.at(-1)?.sequenceNumber ?? 0));
    expect(texts(await read(after?.shardId))).toEqual(["d"]);
  });

  it("keeps streams apart", async () => {
    await store.streams.create("t", 2);
    await put("a");
    await reopen();
    await store.streams.create("u", 1);
    await store.streams.putRecords("u", [{ partitionKey: "k", data: utf8("u") }]);
    expect(texts(await read())).toEqual(["a"]);
    expect(await store.streams.listShards("t")).toHaveLength(2);
    expect(await store.streams.listShards("u")).toHaveLength(1);
    const ids = await Promise.all(["s", "t", "u"].map(async (name) => (await store.streams.describe(name))?.id));
    expect(new Set(ids).size).toBe(3);
  });

  it("does not wait for an update of the table", async () => {
    await store.blocks.put("block", utf8("x"));
    await put("a");
    expect(await segments()).toBe(1);
    const database = openDatabase(directory, "process");
    expect([...database.blocks.getKeys()]).toEqual([]);
    await database.root.close();
  });

  it("stores the puts of one turn together, and resolves each with its own places", async () => {
    const results = await Promise.all(["a", "b", "c"].map((line) => put(line, `${line}2`)));
    expect(await segments()).toBe(1);
    const records = await read();
    expect(texts(records)).toEqual(["a", "a2", "b", "b2", "c", "c2"]);
    expect(records.map((record) => record.sequenceNumber)).toEqual(results.flat().map((each) => each.sequenceNumber));
  });

  it("stores what waits when it is closed or resharded", async () => {
    const putting = put("a");
    await store.streams.split("s", "shardId-000000000000");
    expect((await putting)[0]?.shardId).toBe("shardId-000000000000");
    const last = put("b");
    await reopen();
    expect(texts(await read((await last)[0]?.shardId))).toEqual(["b"]);
  });

  it("cuts many records into segments, and reads them in portions of any size", async () => {
    const lines = Array.from({ length: 3500 }, (_, i) => `line ${i}`);
    await put(...lines);
    expect(await segments()).toBe(4);
    for (const limit of [10_000, 1000, 999, 333]) expect(texts(await read(undefined, limit))).toEqual(lines);
    await Promise.all(
      Array.from({ length: 3 }, (_, i) =>
        store.streams.putRecords("s", [
          { partitionKey: "k", data: pattern(100_000, i) },
          { partitionKey: "k", data: pattern(1_000_000, i) },
        ]),
      ),
    );
    const large = (await read()).slice(3500);
    expect(large.map(({ data }) => data.length)).toEqual([100_000, 1_000_000, 100_000, 1_000_000, 100_000, 1_000_000]);
    large.forEach(({ data }, i) => {
      expect(Buffer.compare(data, pattern(data.length, i >> 1))).toBe(0);
    });
  });

  it("drops what its reader is done with, along with the next put", async () => {
    const first = await put("a", "b");
    await put("c");
    await put("d");
    store.streams.trim("s", "shardId-000000000000", first[1]?.sequenceNumber ?? "");
    expect(texts(await read())).toEqual(["a", "b", "c", "d"]);
    await put("e");
    expect(texts(await read())).toEqual(["c", "d", "e"]);
    expect(await segments()).toBe(3);
    const after = { type: "after-sequence-number", sequenceNumber: first[0]?.sequenceNumber ?? "" } as const;
    expect(
      texts(await readAll(store.streams, await store.streams.getIterator("s", "shardId-000000000000", after))),
    ).toEqual(["c", "d", "e"]);
  });

  it("keeps records that were stored together with one which is still wanted", async () => {
    const results = await put("a", "b", "c");
    store.streams.trim("s", "shardId-000000000000", results[1]?.sequenceNumber ?? "");
    store.streams.trim("s", "shardId-000000000000", "1");
    await put("d");
    expect(texts(await read())).toEqual(["a", "b", "c", "d"]);
  });

  it("never gives a sequence number twice, though all records were dropped", async () => {
    const [a] = await put("a");
    store.streams.trim("s", "shardId-000000000000", a?.sequenceNumber ?? "");
    await reopen();
    expect(await segments()).toBe(0);
    const [b] = await put("b");
    expect(BigInt(b?.sequenceNumber ?? 0)).toBeGreaterThan(BigInt(a?.sequenceNumber ?? 0));
  });

  it("removes what has expired from the disk", async () => {
    for (let i = 0; i < 10; i++) {
      await put(`${i}`);
      await clock.advance(10 * MINUTE);
    }
    expect(texts(await read())).toEqual(["5", "6", "7", "8", "9"]);
    await put("10");
    expect(await segments()).toBe(6);
  });

  it("gives no arrival time before that of an earlier record, whatever the clock does", async () => {
    let now = 5000;
    await store.close();
    const shaky = { now: () => now, monotonic: () => now, sleep: async () => {} };
    store = new LocalStore({ directory, clock: shaky });
    await put("a");
    now = 4000;
    await put("b");
    await store.close();
    store = new LocalStore({ directory, clock: shaky });
    await put("c");
    expect((await read()).map(({ arrivalTime }) => arrivalTime)).toEqual([5000, 5000, 5000]);
  });

  it("refuses what no stream takes", async () => {
    const refused = (partitionKey: string, data: Uint8Array) => store.streams.putRecords("s", [{ partitionKey, data }]);
    await expect(refused("", utf8("x"))).rejects.toThrow(IllegalArgumentError);
    await expect(refused("k".repeat(257), utf8("x"))).rejects.toThrow(IllegalArgumentError);
    await expect(refused("k", new Uint8Array(10 * 1024 * 1024 + 1))).rejects.toThrow(ValueTooLargeError);
    const iterator = await store.streams.getIterator("s", (await shardIds())[0] ?? "", { type: "trim-horizon" });
    for (const limit of [0, 10_001, 1.5]) {
      await expect(store.streams.getRecords(iterator, limit)).rejects.toThrow(IllegalArgumentError);
    }
    await expect(store.streams.getIterator("s", "none", { type: "trim-horizon" })).rejects.toThrow(
      IllegalArgumentError,
    );
    await expect(store.streams.create("t", 0)).rejects.toThrow(IllegalArgumentError);
    expect(() => store.streams.trim("none", "shardId-000000000000", "1")).toThrow(StreamNotFoundError);
  });

  it("finds nothing after a sequence number of another world", async () => {
    await put("a");
    const start = { type: "after-sequence-number", sequenceNumber: "9".repeat(56) } as const;
    const iterator = await store.streams.getIterator("s", "shardId-000000000000", start);
    expect(await store.streams.getRecords(iterator, 10)).toMatchObject({ records: [], millisBehindLatest: 0 });
  });
});
