import { CheckpointViews, graphView } from "../../shared/monitor/index.js";
import { graphOf, program, World } from "../engine/world.js";
import { watch } from "./watched.js";

const app = program((ssc) => {
  ssc
    .queueStream([["a"], ["a", "b"], ["c"]])
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});

function viewsOf(world: World, keep?: number): CheckpointViews {
  return new CheckpointViews({
    storage: world,
    appName: "test",
    clock: world.clock,
    run: "run",
    master: "stack test",
    graph: graphView(graphOf(app)),
    ...(keep !== undefined && { keep }),
  });
}

describe("CheckpointViews", () => {
  it("shows the batches that a history shows", async () => {
    const { world, history } = await watch(app, { batches: 3 });
    const views = viewsOf(world);
    await views.refresh();
    const fields = ["time", "records", "bytes", "tasks", "stateKeys", "shuffleBytes", "schedulingDelay"] as const;
    const pick = ({ batches }: ReturnType<typeof views.timeline>) =>
      batches.map((batch) => Object.fromEntries(fields.map((field) => [field, batch[field]])));
    expect(pick(views.timeline())).toEqual(pick(history.timeline()));
    for (const { time } of history.timeline().batches) {
      expect(views.batch(time)?.stages).toEqual(history.batch(time)?.stages);
      expect(views.batch(time)?.inputs).toEqual(history.batch(time)?.inputs);
      expect(views.batch(time)?.state).toEqual(history.batch(time)?.state);
    }
    expect(views.app()).toMatchObject({ name: "test", records: 4, batches: { completed: 3, failed: 0, retained: 3 } });
    expect(views.app().cost?.total).toBeGreaterThan(0);
  });

  it("tells what is new with each look, and only that", async () => {
    const world = new World();
    const views = viewsOf(world);
    let told = 0;
    views.subscribe(() => void (told += 1));
    await views.refresh();
    expect(views.app()).toMatchObject({ state: "starting", keepsUp: "unknown" });
    await world.run(app, { batches: 2 });
    await views.refresh();
    const { revision } = views;
    await views.refresh();
    expect([views.revision, told]).toEqual([revision, 1]);
    await world.run(app, { batches: 1 });
    await views.refresh();
    expect(told).toBe(2);
    const newest = views.timeline().batches.at(-1)?.time;
    expect(views.changedSince(revision)?.map(({ time }) => time)).toEqual([newest]);
  });

  it("looks at the newest batches only", async () => {
    const { world } = await watch(app, { batches: 6 });
    const views = viewsOf(world, 2);
    await views.refresh();
    expect(views.timeline().batches).toHaveLength(2);
    expect(views.app().batches).toMatchObject({ completed: 6, retained: 2 });
  });

  it("shows batches that were passed over", async () => {
    const skipping = program(
      (ssc) => {
        ssc
          .queueStream([[1], [2]], { numPartitions: 1 })
          .map((n) => {
            if (n === 1) throw new Error("one");
            return n;
          })
          .print();
      },
      { onBatchFailure: "skip" },
    );
    const { world } = await watch(skipping, { batches: 2 });
    const views = viewsOf(world);
    await views.refresh();
    const [failed, completed] = views.timeline().batches;
    expect([failed?.status, completed?.status]).toEqual(["failed", "completed"]);
    const batch = views.batch(failed?.time ?? 0);
    expect(batch?.failure).toMatchObject({ operator: "map-0", partition: 0 });
    expect(batch?.stages[0]?.calls[0]?.attempts.map(({ outcome }) => outcome)).toEqual(["failed", "failed", "failed"]);
    expect(views.app().error?.message).toContain("one");
  });
});
