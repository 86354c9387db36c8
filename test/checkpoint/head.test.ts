/** The head moves by compare-and-swap on (token, predecessor), and knows its own writes again. */
import { acquireHead, assertOwned, commitHead, type Head, readHead, touchHead } from "../../shared/checkpoint/index.js";
import { CheckpointError, FencedError } from "../../shared/index.js";
import type { Condition, Item, ItemKey, Table } from "../../shared/ports/index.js";
import { MemoryTable } from "../../shared/simulation/index.js";

const JOB = "job-test";
const HEAD: ItemKey = { partition: JOB, sort: "head" };

/** What becomes of the next updates: they fail before or after they were applied. */
type Fate = "lost request" | "lost answer" | "applied twice" | "fine";

class UnreliableTable extends MemoryTable {
  fates: Fate[] = [];
  updates = 0;

  override async update(key: ItemKey, set: Item, when: Condition) {
    this.updates += 1;
    const fate = this.fates.shift() ?? "fine";
    if (fate === "lost request") throw new Error("the request was lost");
    const outcome = await super.update(key, set, when);
    if (fate === "lost answer") throw new Error("the answer was lost");
    // What an SDK that repeats a request whose answer was lost returns.
    return fate === "applied twice" ? super.update(key, set, when) : outcome;
  }
}

const acquire = async (table: Table, owner: string): Promise<Head> =>
  acquireHead(table, JOB, owner, await readHead(table, JOB), 1);
const commit = (table: Table, head: Head, manifest: string, time = 1000): Promise<Head> =>
  commitHead(table, JOB, head, { manifest, manifestHash: `hash of ${manifest}`, time, out: 0, expires: 2 });

async function acquired(): Promise<{ table: UnreliableTable; head: Head }> {
  const table = new UnreliableTable();
  return { table, head: await acquire(table, "a") };
}

describe("acquiring the head", () => {
  it("creates it, and raises the token with every driver", async () => {
    const table = new MemoryTable();
    expect(await readHead(table, JOB)).toBeUndefined();
    const first = await acquire(table, "a");
    expect(first).toEqual({
      token: 1,
      owner: "a",
      expires: 1,
      manifest: "",
      manifestHash: "",
      time: 0,
      out: 0,
      revision: 0,
      desired: "run",
    });
    await commit(table, first, "m1");
    const second = await acquire(table, "b");
    expect(second).toMatchObject({ token: 2, owner: "b", manifest: "m1", time: 1000 });
    expect(await readHead(table, JOB)).toEqual(second);
  });

  it("has one winner among those who saw the same head", async () => {
    const { table } = await acquired();
    const seen = await readHead(table, JOB);
    const racers = await Promise.allSettled(["b", "c", "d"].map((owner) => acquireHead(table, JOB, owner, seen, 1)));
    expect(racers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    for (const racer of racers) if (racer.status === "rejected") expect(racer.reason).toBeInstanceOf(FencedError);
  });

  it("returns the head as it is then: a commit between reading and acquiring counts", async () => {
    const { table, head } = await acquired();
    const seen = await readHead(table, JOB);
    await commit(table, head, "m1");
    expect(await acquireHead(table, JOB, "b", seen, 1)).toMatchObject({ manifest: "m1", token: 2 });
  });

  it.each<Fate>(["lost request", "lost answer", "applied twice"])("succeeds with a %s", async (fate) => {
    const table = new UnreliableTable();
    table.fates = [fate];
    expect(await acquire(table, "a")).toMatchObject({ token: 1, owner: "a" });
    table.fates = [fate];
    expect(await acquire(table, "b")).toMatchObject({ token: 2, owner: "b" });
  });

  it("refuses a head of another layout", async () => {
    const { table } = await acquired();
    await table.update(HEAD, { version: 2 }, {});
    await expect(readHead(table, JOB)).rejects.toThrow(CheckpointError);
    await expect(readHead(table, JOB)).rejects.toThrow("has layout version 2, but this version of Sluice reads 1");
  });
});

describe("a commit", () => {
  it.each<Fate>(["lost request", "lost answer", "applied twice"])(
    "with a %s is recognised by reading back",
    async (fate) => {
      const { table, head } = await acquired();
      table.fates = [fate];
      expect(await commit(table, head, "m1")).toMatchObject({ manifest: "m1", token: 1, time: 1000 });
      expect(await readHead(table, JOB)).toMatchObject({ manifest: "m1", manifestHash: "hash of m1" });
    },
  );

  it("is tried three times when the request is lost, and then fails with what went wrong", async () => {
    const { table, head } = await acquired();
    table.updates = 0;
    table.fates = ["lost request", "lost request"];
    expect(await commit(table, head, "m1")).toMatchObject({ manifest: "m1" });
    expect(table.updates).toBe(3);
    table.fates = ["lost request", "lost request", "lost request"];
    await expect(commit(table, { ...head, manifest: "m1" }, "m2")).rejects.toThrow("the request was lost");
    expect(await readHead(table, JOB)).toMatchObject({ manifest: "m1" });
  });

  it("has no effect when it comes late or twice", async () => {
    const { table, head } = await acquired();
    const first = await commit(table, head, "m1", 1000);
    const second = await commit(table, first, "m2", 2000);
    // The request of the first commit, delivered again by the network.
    await expect(commit(table, head, "m1", 1000)).rejects.toThrow(FencedError);
    expect(await readHead(table, JOB)).toEqual(second);
  });

  it("of a driver that was replaced has no effect", async () => {
    const { table, head } = await acquired();
    const other = await acquire(table, "b");
    await expect(commit(table, head, "m1")).rejects.toThrow("Another driver (b) has taken over job-test");
    expect(await readHead(table, JOB)).toEqual(other);
  });

  it("counts, but not for its driver, when that was replaced before it heard of it", async () => {
    const { table, head } = await acquired();
    table.update = async (key, set, when) => {
      await MemoryTable.prototype.update.call(table, key, set, when);
      table.update = MemoryTable.prototype.update;
      await acquire(table, "b");
      throw new Error("the answer was lost");
    };
    await expect(commit(table, head, "m1")).rejects.toThrow(FencedError);
    expect(await readHead(table, JOB)).toMatchObject({ manifest: "m1", owner: "b", token: 2 });
  });
});

describe("the owner of the head", () => {
  it("may touch it, until it is replaced", async () => {
    const { table, head } = await acquired();
    const touched = await touchHead(table, JOB, head, { out: 5, revision: 3, expires: 9 });
    expect(touched).toEqual({ ...head, out: 5, revision: 3, expires: 9 });
    await assertOwned(table, JOB, touched);
    await acquire(table, "b");
    await expect(touchHead(table, JOB, touched, { out: 6 })).rejects.toThrow(FencedError);
    await expect(assertOwned(table, JOB, touched)).rejects.toThrow(FencedError);
  });
});
