import { sweep } from "../../shared/scheduler/index.js";
import type { Fault } from "./interrupted.js";
import { Life } from "./life.js";
import { reachable } from "./reachable.js";

const JOB = "job-test";
const faults: readonly Fault[] = ["die before", "die after", "fail before", "fail after"];
const executors = { count: 2, isolated: true };

/** Everything a job has stored. */
async function stored({ world }: Life): Promise<readonly string[]> {
  const items = (await world.table.query(JOB, "")).map(({ key }) => key.sort);
  return [...items, ...(await world.blocks.list(`${JOB}/`))];
}

/** An application some of whose processes died, so that there is garbage. */
async function liveBadly(): Promise<Life> {
  const life = new Life();
  await life.prepare();
  for (const n of [30, 35, 50, 60]) await life.process(executors, n, "die before");
  return life;
}

describe("mark and sweep", () => {
  it("deletes what killed processes left behind, and nothing else, once the head has moved on", async () => {
    const life = await liveBadly();
    const { world } = life;
    const first = await sweep(world, JOB, 0);
    expect(first.marked).toBeGreaterThan(0);
    expect((await sweep(world, JOB, 0)).deleted).toBe(0); // The head has not moved: all of it may yet be committed.
    await life.process(executors, Number.POSITIVE_INFINITY, "die before");
    const before = await stored(life);
    const second = await sweep(world, JOB, 0);
    expect(second.deleted).toBeGreaterThan(0);
    expect((await stored(life)).length).toBeLessThan(before.length);
    await reachable(world, 2);
    await life.expectExact();
  });

  it("looks no more often than it is told to", async () => {
    const life = await liveBadly();
    expect((await sweep(life.world, JOB, 1000)).marked).toBeGreaterThan(0);
    expect(await sweep(life.world, JOB, 1000)).toEqual({ marked: 0, deleted: 0 });
    await life.world.clock.sleep(1000);
    expect((await sweep(life.world, JOB, 1000)).marked).toBeGreaterThan(0);
  });

  it("harms no batch that is under way, whenever it happens", async () => {
    let total = 0;
    for (let n = 10; n < 120; n += 11) {
      const life = new Life();
      await life.prepare();
      let over = false;
      let deleted = 0;
      const sweeping = (async () => {
        while (!over) {
          deleted += (await sweep(life.world, JOB, 0)).deleted;
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await life.process(executors, n, faults[n % faults.length] as Fault);
      await life.process(executors, Number.POSITIVE_INFINITY, "die before");
      over = true;
      await sweeping;
      await life.expectExact();
      total += deleted;
    }
    expect(total).toBeGreaterThan(0);
  }, 30_000);
});
