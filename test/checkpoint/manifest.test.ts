import {
  type BatchPlan,
  claimPlan,
  type Manifest,
  planKey,
  readManifest,
  readPlan,
  writeManifest,
} from "../../shared/checkpoint/index.js";
import { encode } from "../../shared/codec/index.js";
import { CheckpointError } from "../../shared/index.js";
import { MemoryBlockStore, MemoryTable } from "../../shared/simulation/index.js";
import { observe, program, World } from "../engine/world.js";

const JOB = "job-test";

/** A manifest as the engine makes them. */
async function aManifest(change: Partial<Manifest> = {}): Promise<Manifest> {
  const world = new World();
  const driver = world.driver(
    program((ssc) => observe(ssc, ssc.queueStream([[1]]), new Map())),
    { batches: 1 },
  );
  await driver.run();
  return { ...(driver.manifest as Manifest), ...change };
}

const storage = () => ({ table: new MemoryTable(), blocks: new MemoryBlockStore() });

describe("a manifest", () => {
  it("is read back as it was written: small ones from the table, large ones from the block store", async () => {
    for (const [bytes, items, objects, itemBytes] of [
      [10, 1, 0, undefined],
      [400 * 1024, 0, 1, undefined],
      [10, 0, 1, 100],
    ] as const) {
      const store = { ...storage(), ...(itemBytes !== undefined && { itemBytes }) };
      const manifest = await aManifest({
        outputs: { x: [{ type: "inline", bytes: new Uint8Array(bytes) }, undefined] },
      });
      const hash = await writeManifest(store, JOB, manifest);
      expect(await readManifest(store, JOB, manifest.id, hash)).toEqual(manifest);
      expect(await store.table.query(JOB, "man/")).toHaveLength(items);
      expect(await store.blocks.list(`${JOB}/man/`)).toHaveLength(objects);
      expect(await readManifest(store, JOB, "another")).toBeUndefined();
    }
  });

  it("is refused when it is not what the head says, not readable, or of another format", async () => {
    const store = storage();
    const manifest = await aManifest();
    const hash = await writeManifest(store, JOB, manifest);
    await expect(readManifest(store, JOB, manifest.id, `${hash}0`)).rejects.toThrow("is damaged");
    await store.table.putIfAbsent({ partition: JOB, sort: "man/noise" }, { bytes: Uint8Array.of(1, 2, 3) });
    await expect(readManifest(store, JOB, "noise")).rejects.toThrow(CheckpointError);
    await store.table.putIfAbsent({ partition: JOB, sort: "man/text" }, { bytes: "text" });
    await expect(readManifest(store, JOB, "text")).rejects.toThrow(CheckpointError);
    await store.table.putIfAbsent({ partition: JOB, sort: "man/newer" }, { bytes: encode({ ...manifest, format: 9 }) });
    await expect(readManifest(store, JOB, "newer")).rejects.toThrow(
      "has format 9, but this version of Sluice reads format 1",
    );
  });

  it("that the head names and that is gone stops the driver", async () => {
    const world = new World();
    const app = program((ssc) => observe(ssc, ssc.queueStream([[1], [2]]), new Map()));
    await world.run(app, { batches: 1 });
    const [item] = await world.table.query(JOB, "man/");
    await world.table.delete([item?.key as { partition: string; sort: string }]);
    await expect(world.run(app, { batches: 1 })).rejects.toThrow(
      "but it is not there: the checkpoint was changed from outside",
    );
  });
});

describe("a checkpoint", () => {
  const withState = (name: string) =>
    program((ssc) => {
      const ones = ssc.queueStream([["a"], ["b"]], { name: "letters" }).mapToPair((letter) => [letter, 1]);
      observe(
        ssc,
        ones.updateStateByKey<number>(() => 1, { name }),
        new Map(),
      );
    });

  it("does not fit a program without an operator whose state it has", async () => {
    const world = new World();
    await world.run(withState("totals"), { batches: 1 });
    await expect(world.run(withState("sums"), { batches: 1 })).rejects.toThrow(
      "holds state of an operator totals, which this program does not have (it has: sums). Give the operator that continues it",
    );
    await world.run(withState("totals"), { batches: 1 });
  });

  it("does not fit a program in which an input is of another kind", async () => {
    const world = new World();
    await world.run(withState("totals"), { batches: 1 });
    const files = program((ssc) => {
      const ones = ssc.textFileStream("in", { name: "letters" }).mapToPair((letter) => [letter, 1]);
      observe(
        ssc,
        ones.updateStateByKey<number>(() => 1, { name: "totals" }),
        new Map(),
      );
    });
    const error = await world.run(files, { batches: 1 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(String(error)).toContain(
      "Input letters is a files input, but its position in the checkpoint is of a queue input",
    );
  });

  it("says which state is missing when somebody deleted some", async () => {
    const world = new World();
    await world.run(withState("totals"), { batches: 1 });
    const chunks = await world.table.query(JOB, "st/");
    await world.table.delete(chunks.map(({ key }) => key));
    const error = await world.run(withState("totals"), { batches: 1 }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(String(error)).toContain(`names state ${chunks[0]?.key.sort}, but it is not there`);
  });
});

describe("a plan", () => {
  const plan = (id: string) => ({ id }) as unknown as BatchPlan;

  it("is claimed once for a step; whoever comes later adopts it", async () => {
    const storage = new World();
    const claim = (id: string, previous = "m1", revision = 0) => claimPlan(storage, JOB, previous, revision, plan(id));
    expect(await readPlan(storage, planKey(JOB, "m1", 0))).toBeUndefined();
    const claims = await Promise.all(["a", "b", "c"].map((id) => claim(id)));
    expect(claims.map(({ plan, fresh }) => [plan.id, fresh])).toEqual([
      ["a", true],
      ["a", false],
      ["a", false],
    ]);
    expect((await claim("d", "m1", 1)).plan.id).toBe("d");
    expect((await claim("e", "m2")).plan.id).toBe("e");
    expect((await readPlan(storage, planKey(JOB, "m1", 0)))?.id).toBe("a");
  });

  it("of more shards than an item holds is an object, and belongs to its batch all the same", async () => {
    const storage = new World();
    const starts = { numbers: Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`shardId-${i}`, "first"])) };
    const claims = await Promise.all(
      ["a", "b"].map((id) => claimPlan(storage, JOB, "m1", 0, { ...plan(id), starts } as never)),
    );
    for (const { plan, names } of claims) {
      expect(plan).toEqual({ id: "a", starts });
      expect(names).toEqual({ items: [planKey(JOB, "m1", 0).sort], objects: [`${JOB}/plan/a`] });
    }
    expect(await readPlan(storage, planKey(JOB, "m1", 0))).toEqual({ id: "a", starts });
    await storage.blocks.delete([`${JOB}/plan/a`]);
    await expect(readPlan(storage, planKey(JOB, "m1", 0))).rejects.toThrow(CheckpointError);
  });

  it("says where inputs start that are new; the others start where the batch before ended", async () => {
    const world = new World();
    await world.streams.create("old", 1);
    await world.streams.create("new", 1);
    const reading = (...names: string[]) =>
      program((ssc) =>
        names.forEach((name) => void observe(ssc, ssc.kinesisStream(name, { name }), new Map(), `see-${name}`)),
      );
    await world.run(reading("old"), { batches: 2 });
    await world.run(reading("old", "new"), { batches: 2 });
    const plans = await Promise.all(
      (await world.table.query(JOB, "plan/")).map(async ({ key }) => (await readPlan(world, key)) as BatchPlan),
    );
    const inOrder = plans.sort((a, b) => a.time - b.time).map(({ starts }) => Object.keys(starts));
    expect(inOrder).toEqual([["old"], [], ["new"], []]);
  });
});
