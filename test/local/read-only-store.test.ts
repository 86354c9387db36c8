import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IllegalArgumentError, IllegalStateError } from "../../shared/errors/index.js";
import { LARGE_BLOCK_BYTES, LocalStore, openReadOnly } from "../../shared/local/index.js";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const large = new Uint8Array(LARGE_BLOCK_BYTES + 1).fill(7);
const key = { partition: "job", sort: "head" };

async function stored(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-read-only-"));
  folders.push(folder);
  const store = new LocalStore({ directory: folder });
  await store.blocks.put("job/small", Uint8Array.of(1));
  await store.blocks.put("job/large", large);
  await store.streams.create("lines", 1);
  await store.streams.putRecords("lines", [{ partitionKey: "a", data: Uint8Array.of(2) }]);
  await store.table.update(key, { time: 5 }, {});
  await store.close();
  return folder;
}

describe("openReadOnly", () => {
  it("reads blocks, items and streams", async () => {
    const store = openReadOnly(await stored());
    expect(await store.blocks.get("job/small")).toEqual(Uint8Array.of(1));
    expect(await store.blocks.get("job/large")).toEqual(large);
    expect(await store.table.get(key)).toEqual({ time: 5 });
    const [shard] = await store.streams.listShards("lines");
    const iterator = await store.streams.getIterator("lines", `${shard?.shardId}`, { type: "trim-horizon" });
    expect((await store.streams.getRecords(iterator, 10)).records).toHaveLength(1);
    await store.close();
  });

  it("keeps what is written to itself", async () => {
    const folder = await stored();
    const store = openReadOnly(folder);
    await store.blocks.put("job/new", Uint8Array.of(3));
    await store.blocks.delete(["job/small"]);
    await expect(store.table.update(key, { time: 6 }, {})).rejects.toThrow();
    await store.close();
    const again = new LocalStore({ directory: folder });
    expect(await again.blocks.list("job/")).toEqual(["job/large", "job/small"]);
    expect(await again.table.get(key)).toEqual({ time: 5 });
    await again.close();
  });

  it("leaves alone a directory that this process uses, and makes none", async () => {
    const folder = await stored();
    const store = new LocalStore({ directory: folder });
    expect(() => openReadOnly(folder)).toThrow(IllegalStateError);
    await store.close();
    await openReadOnly(folder).close();
    const missing = join(folder, "missing");
    expect(() => openReadOnly(missing)).toThrow(IllegalArgumentError);
    expect(existsSync(missing)).toBe(false);
  });
});
