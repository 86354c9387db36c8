import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CorruptDataError, IllegalArgumentError, ValueTooLargeError } from "../../shared/errors/index.js";
import { openDatabase, readBytes, toKey } from "../../shared/local/database.js";
import { LARGE_BLOCK_BYTES } from "../../shared/local/local-block-store.js";
import { LocalStore } from "../../shared/local/local-store.js";
import type { Item } from "../../shared/ports/index.js";
import { pattern, text, utf8 } from "../contracts/subject.js";

const head = { partition: "job", sort: "head" };
const plan = { partition: "job", sort: "plan#1" };
const large = pattern(LARGE_BLOCK_BYTES + 1);

/** Much faster than `toEqual`. */
const same = (left: Uint8Array | undefined, right: Uint8Array) =>
  left !== undefined && Buffer.compare(left, right) === 0;

describe("LocalStore", () => {
  let directory: string;
  let store: LocalStore;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-local.store-"));
    store = new LocalStore({ directory });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const reopen = async (options: Partial<ConstructorParameters<typeof LocalStore>[0]> = {}) => {
    await store.close();
    store = new LocalStore({ directory, ...options });
  };
  /** What a process that came now, after this one was killed, would find. */
  const durable = async () => {
    const database = openDatabase(directory, "process");
    const names = (map: typeof database.blocks) => [...map.getKeys()].map((key) => Buffer.from(key).toString());
    const found = { blocks: names(database.blocks), large: names(database.largeBlocks), items: names(database.items) };
    await database.root.close();
    return found;
  };
  const objects = () => readdirSync(join(directory, "objects"));
  const nextTurn = () => new Promise((resolve) => setTimeout(resolve, 20));

  describe("gathers writes", () => {
    it("until the next update, and shows them at once", async () => {
      await store.blocks.put("a", utf8("a"));
      await store.table.putIfAbsent(plan, { t: 1 });
      expect(text(await store.blocks.get("a"))).toBe("a");
      expect(await store.table.get(plan)).toEqual({ t: 1 });
      expect(await durable()).toEqual({ blocks: [], large: [], items: [] });
      await store.table.update(head, { t: 1 }, { t: undefined });
      expect(await durable()).toEqual({ blocks: ["a"], large: [], items: ["job\0head", "job\0plan#1"] });
    });

    it("and keeps them when the update is refused", async () => {
      await store.blocks.put("a", utf8("a"));
      await store.table.putIfAbsent(plan, { t: 1 });
      expect((await store.table.update(head, { t: 2 }, { t: 1 })).updated).toBe(false);
      expect(await durable()).toEqual({ blocks: [], large: [], items: [] });
      expect(text(await store.blocks.get("a"))).toBe("a");
      expect((await store.table.update(head, { t: 1 }, {})).updated).toBe(true);
      expect((await durable()).blocks).toEqual(["a"]);
    });

    it("and deletes along with them", async () => {
      await store.blocks.put("a", utf8("a"));
      await store.table.putIfAbsent(plan, { t: 1 });
      await store.table.update(head, { t: 1 }, {});
      await store.blocks.delete(["a"]);
      await store.table.delete([plan]);
      expect(await store.blocks.get("a")).toBeUndefined();
      expect(await store.blocks.list("")).toEqual([]);
      expect(await store.table.query("job", "plan")).toEqual([]);
      expect((await durable()).blocks).toEqual(["a"]);
      await store.table.update(head, { t: 2 }, {});
      expect(await durable()).toEqual({ blocks: [], large: [], items: ["job\0head"] });
    });

    it("and changes nothing when the transaction fails half-way", async () => {
      await store.blocks.put("a", utf8("a"));
      await store.table.putIfAbsent(plan, { t: 1 });
      await expect(store.table.update(head, { t: Number.NaN }, {})).rejects.toThrow(IllegalArgumentError);
      expect(await durable()).toEqual({ blocks: [], large: [], items: [] });
      await store.table.update(head, { t: 1 }, {});
      expect((await durable()).blocks).toEqual(["a"]);
    });

    it("and makes them durable on flush and on close", async () => {
      await store.blocks.put("a", utf8("a"));
      await store.flush();
      expect((await durable()).blocks).toEqual(["a"]);
      await store.blocks.put("b", large);
      await store.table.putIfAbsent(plan, { t: 1 });
      await reopen();
      expect(await store.blocks.list("")).toEqual(["a", "b"]);
      expect(same(await store.blocks.get("b"), large)).toBe(true);
      expect(await store.table.get(plan)).toEqual({ t: 1 });
    });

    it("and returns bytes of its own once they are durable", async () => {
      await store.blocks.put("a", utf8("abc"));
      await store.flush();
      (await store.blocks.get("a"))?.fill(0);
      (await store.blocks.getRange("a", 0, 2))?.fill(0);
      expect(text(await store.blocks.get("a"))).toBe("abc");
    });
  });

  describe("keeps large blocks in files", () => {
    it("that count once the update has stored their names", async () => {
      await store.blocks.put("a", large);
      await store.blocks.put("b", large.subarray(1));
      expect(same(await store.blocks.get("a"), large)).toBe(true);
      await store.table.update(head, { t: 1 }, {});
      expect(await durable()).toMatchObject({ blocks: ["b"], large: ["a"] });
      expect(objects()).toHaveLength(1);
      expect(same(await store.blocks.get("a"), large)).toBe(true);
      expect(await store.blocks.getRange("a", 10, 20)).toEqual(large.subarray(10, 20));
    });

    it("that go after the transaction which deletes them", async () => {
      await store.blocks.put("a", large);
      await store.flush();
      await store.blocks.delete(["a"]);
      await nextTurn();
      expect(objects()).toHaveLength(1);
      await store.table.update(head, { t: 1 }, {});
      await nextTurn();
      expect(objects()).toEqual([]);
      expect((await durable()).large).toEqual([]);
    });

    it("that stay when that transaction fails", async () => {
      await store.blocks.put("a", large);
      await store.flush();
      await store.blocks.delete(["a"]);
      await expect(store.table.update(head, { t: Number.NaN }, {})).rejects.toThrow(IllegalArgumentError);
      await nextTurn();
      expect(objects()).toHaveLength(1);
      expect((await durable()).large).toEqual(["a"]);
    });

    it("that go at once when they were never committed", async () => {
      await store.blocks.put("a", large);
      await store.blocks.delete(["a"]);
      await store.flush();
      await nextTurn();
      expect(objects()).toEqual([]);
      expect(await durable()).toMatchObject({ blocks: [], large: [] });
    });

    it("and replaces one by a small block of the same name", async () => {
      await store.blocks.put("a", large);
      await store.flush();
      await store.blocks.delete(["a"]);
      await store.blocks.put("a", utf8("small"));
      await store.flush();
      await nextTurn();
      expect(text(await store.blocks.get("a"))).toBe("small");
      expect(objects()).toEqual([]);
      expect(await store.blocks.list("")).toEqual(["a"]);
    });

    it("and leaves out of an update what was written while their files were on the way", async () => {
      await store.blocks.put("large", large);
      const updating = store.table.update(head, { t: 1 }, {});
      await store.blocks.put("later", utf8("later"));
      await store.table.putIfAbsent(plan, { t: 2 });
      await updating;
      expect(await durable()).toEqual({ blocks: [], large: ["large"], items: ["job\0head"] });
      expect(await store.table.get(plan)).toEqual({ t: 2 });
      expect(await store.blocks.list("")).toEqual(["large", "later"]);
    });

    it("and takes a change of the updated item that came meanwhile into account", async () => {
      await store.table.update(head, { t: 1, owner: "a" }, {});
      await store.blocks.put("large", large);
      const updating = store.table.update(head, { t: 2 }, { t: 1 });
      await store.table.delete([head]);
      expect(await updating).toEqual({ updated: false, item: undefined });
      await store.table.putIfAbsent(head, { t: 1, owner: "b" });
      expect(await store.table.update(head, { t: 2 }, { t: 1 })).toEqual({ updated: true, item: { t: 2, owner: "b" } });
      await reopen();
      expect(await store.table.get(head)).toEqual({ t: 2, owner: "b" });
    });

    it("and does not let a delete that came meanwhile hide the update made after it", async () => {
      await store.table.update(head, { t: 1 }, {});
      await store.blocks.put("large", large);
      const updating = store.table.update(head, { t: 2 }, {});
      await store.table.delete([head]);
      expect(await updating).toEqual({ updated: true, item: { t: 2 } });
      expect(await store.table.get(head)).toEqual({ t: 2 });
      await reopen();
      expect(await store.table.get(head)).toEqual({ t: 2 });
    });

    it("and reports a file that could not be written, and tries it again", async () => {
      await rename(join(directory, "objects"), join(directory, "gone"));
      await store.blocks.put("a", large);
      await store.blocks.put("b", utf8("b"));
      await expect(store.table.update(head, { t: 1 }, {})).rejects.toThrow("ENOENT");
      expect((await durable()).blocks).toEqual([]);
      await mkdir(join(directory, "objects"));
      await expect(store.table.update(head, { t: 1 }, {})).rejects.toThrow("ENOENT");
      await store.table.update(head, { t: 1 }, {});
      await reopen();
      expect(same(await store.blocks.get("a"), large)).toBe(true);
    });

    it("and sweeps the files of a crash when it opens", async () => {
      await store.blocks.put("a", large);
      await store.close();
      writeFileSync(join(directory, "objects", "orphan"), "half");
      store = new LocalStore({ directory });
      expect(objects()).toHaveLength(1);
      expect(same(await store.blocks.get("a"), large)).toBe(true);
    });

    it("and says when a file is missing", async () => {
      await store.blocks.put("a", large);
      await store.flush();
      rmSync(join(directory, "objects", objects()[0] ?? ""));
      await expect(store.blocks.get("a")).rejects.toThrow(CorruptDataError);
    });
  });

  describe("holds shuffles in memory only", () => {
    it("by a segment of their name", async () => {
      await store.blocks.put("job/sh/1", large);
      await store.blocks.put("sh/2", utf8("x"));
      await store.blocks.put("job/shard/sh-3", utf8("x"));
      await store.flush();
      expect(await durable()).toMatchObject({ blocks: ["job/shard/sh-3"], large: [] });
      expect(objects()).toEqual([]);
      expect(await store.blocks.list("")).toEqual(["job/sh/1", "job/shard/sh-3", "sh/2"]);
      await reopen();
      expect(await store.blocks.list("")).toEqual(["job/shard/sh-3"]);
    });

    it("or by segments of the caller's choice", async () => {
      await reopen({ volatileSegments: ["tmp"] });
      await store.blocks.put("a/tmp/1", utf8("x"));
      await store.blocks.put("a/sh/1", utf8("x"));
      await store.flush();
      expect((await durable()).blocks).toEqual(["a/sh/1"]);
    });
  });

  it("takes bytes that lie in shared memory", async () => {
    const shared = (bytes: Uint8Array) => {
      const copy = new Uint8Array(new SharedArrayBuffer(bytes.length + 8), 8);
      copy.set(bytes);
      return copy;
    };
    await store.blocks.put("small", shared(pattern(1000)));
    await store.blocks.put("large", shared(large));
    await store.table.putIfAbsent(plan, { bytes: shared(pattern(500)) });
    expect((await store.table.update(head, { t: 1 }, {})).updated).toBe(true);
    expect((await store.table.update(plan, { t: 1 }, { bytes: shared(pattern(500)) })).updated).toBe(true);
    await store.streams.create("s", 1);
    await store.streams.putRecords("s", [{ partitionKey: "k", data: shared(pattern(100)) }]);
    await reopen();
    expect(await store.blocks.get("small")).toEqual(pattern(1000));
    expect(Buffer.compare((await store.blocks.get("large")) ?? new Uint8Array(0), large)).toBe(0);
    expect(await store.table.get(plan)).toEqual({ bytes: pattern(500), t: 1 });
    const iterator = await store.streams.getIterator("s", "shardId-000000000000", { type: "trim-horizon" });
    const [record] = (await store.streams.getRecords(iterator, 1)).records;
    expect(Buffer.compare(record?.data ?? new Uint8Array(0), pattern(100))).toBe(0);
  });

  it("opens the same directory with one durability and another", async () => {
    for (const [index, durability] of (["disk", "process", "disk"] as const).entries()) {
      await reopen({ durability });
      await store.blocks.put(`a${index}`, large);
      await store.table.update(head, { [`t${index}`]: 1 }, {});
    }
    await reopen();
    expect(await store.table.get(head)).toEqual({ t0: 1, t1: 1, t2: 1 });
    expect(await store.blocks.list("")).toEqual(["a0", "a1", "a2"]);
  });

  it("creates its directory, also one with a dot", async () => {
    const nested = join(directory, "checkpoints", "app.v1");
    const other = new LocalStore({ directory: nested });
    await other.blocks.put("a", utf8("a"));
    await other.close();
    expect(existsSync(join(nested, "store", "data.mdb"))).toBe(true);
  });

  it("refuses names and items it cannot hold, at once", async () => {
    await expect(store.blocks.put("x".repeat(2000), utf8("x"))).rejects.toThrow(IllegalArgumentError);
    await expect(store.blocks.put("", utf8("x"))).rejects.toThrow(IllegalArgumentError);
    await expect(store.table.get({ partition: "a\0b", sort: "c" })).rejects.toThrow(IllegalArgumentError);
    const bad = { a: { nested: true } } as unknown as Item;
    await expect(store.table.putIfAbsent(plan, bad)).rejects.toThrow(IllegalArgumentError);
    await expect(store.table.putIfAbsent(plan, { a: pattern(500_000) })).rejects.toThrow(ValueTooLargeError);
    await store.flush();
    expect(await durable()).toEqual({ blocks: [], large: [], items: [] });
  });

  it("closes once, whoever asks", async () => {
    await Promise.all([store.close(), store.close()]);
    await store.close();
  });

  it("says so when it is used after it was closed", async () => {
    await store.blocks.put("a", utf8("a"));
    await store.close();
    await expect(store.blocks.get("a")).rejects.toThrow();
    await expect(store.table.update(head, { t: 1 }, {})).rejects.toThrow();
  });

  it("stores an item of a later layout nowhere, but finds it out", async () => {
    const database = openDatabase(directory, "process");
    await database.items.put(toKey("job\0head"), Uint8Array.of(9));
    expect(readBytes(database.items, toKey("job\0head"))).toEqual(Uint8Array.of(9));
    await database.root.close();
    await expect(store.table.get(head)).rejects.toThrow(CorruptDataError);
  });
});
