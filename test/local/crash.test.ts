import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "../../shared/local/local-store.js";
import { readAll } from "../contracts/stream-source.contract.js";
import { text } from "../contracts/subject.js";
import { Fixtures } from "./child.js";
import { blockOf, head, KEPT, planOf, recordsOf } from "./fixtures/crash-workload.js";

describe("a store whose process is killed", () => {
  let fixtures: Fixtures;
  let directory: string;

  beforeAll(() => {
    fixtures = new Fixtures();
  });
  afterAll(() => fixtures.remove());
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-crash-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ["process", 8],
    ["disk", 4],
  ] as const)(
    "comes back with what was acknowledged, whole (durability %s, %i kills)",
    async (durability, kills) => {
      const puts = new Set<string>();
      let batch = 0;
      for (let kill = 0; kill < kills; kill++) {
        const delay = Math.floor(Math.random() * 150);
        const child = fixtures.start("crash-child", directory, durability);
        // Every other one may be killed before it has done anything.
        await child.says(kill % 2 === 0 ? "put" : "open");
        await new Promise((resolve) => setTimeout(resolve, delay));
        await child.kill();
        for (const line of child.lines()) {
          const [what, name = ""] = line.split(" ");
          if (what === "put") puts.add(name);
          if (what === "batch") batch = Number(name);
        }
        batch = await verify(batch, puts);
      }
      expect(batch).toBeGreaterThan(kills / 2);
      expect(puts.size).toBeGreaterThanOrEqual(kills / 2);
    },
    60_000,
  );

  /** Checks everything; returns the batch the store is at, which may be one that could not be acknowledged any more. */
  async function verify(acknowledged: number, puts: Set<string>): Promise<number> {
    const store = new LocalStore({ directory });
    const n = Number((await store.table.get(head))?.n ?? 0);
    expect([acknowledged, acknowledged + 1]).toContain(n);

    const alive = Array.from({ length: Math.min(n, KEPT) }, (_, i) => n - i).sort((a, b) => a - b);
    expect([...(await store.blocks.list(""))].sort()).toEqual(alive.map((each) => blockOf(each).name).sort());
    for (const each of alive) {
      const { name, bytes } = blockOf(each);
      expect(Buffer.compare((await store.blocks.get(name)) ?? new Uint8Array(0), bytes)).toBe(0);
    }
    const plans = await store.table.query("job", "plan#");
    expect(plans.map(({ item }) => item.n).sort()).toEqual([...alive].sort());
    for (const { key, item } of plans) expect(key).toEqual(planOf(Number(item.n)));
    expect(readdirSync(join(directory, "objects"))).toHaveLength(alive.filter((each) => each % 10 === 0).length);

    const found = new Map<string, string[]>();
    for (const { shardId } of (await store.streams.describe("numbers"))
      ? await store.streams.listShards("numbers")
      : []) {
      const iterator = await store.streams.getIterator("numbers", shardId, { type: "trim-horizon" });
      for (const { partitionKey, data } of await readAll(store.streams, iterator)) {
        found.set(partitionKey, [...(found.get(partitionKey) ?? []), text(data) ?? ""]);
      }
    }
    const whole = recordsOf("").map(({ data }) => text(data));
    for (const records of found.values()) expect(records).toEqual(whole);
    for (const put of puts) expect(found.has(put)).toBe(true);
    await store.close();
    return n;
  }
});
