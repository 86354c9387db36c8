import type { Broadcast, NumberAccumulator } from "../../shared/rdd/index.js";
import type { Driver } from "../../shared/scheduler/index.js";
import { graphOf, observe, type Ports, program, type Seen, World } from "../engine/world.js";

/** Ports that fail for good after so many calls to storage, as if the process had lost all of the world. */
function dying(ports: Ports, calls: number): Ports {
  let left = calls;
  const mortal = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name) {
        const member = Reflect.get(target, name) as unknown;
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => {
          left -= 1;
          return left < 0 ? Promise.reject(new Error("the process is dead")) : member.apply(target, args);
        };
      },
    });
  return { ...ports, blocks: mortal(ports.blocks), table: mortal(ports.table) };
}

const BATCHES = [["a", "b"], ["c"], ["d", "e", "f"]];

interface Observed {
  total: NumberAccumulator;
  offset: Broadcast<number>;
}

/** Counts 1 an element in a stage and 10 in an action, and raises a broadcast variable by 1 a batch. */
function counting(seen: Seen<string>) {
  const observed = {} as Observed;
  const app = program((ssc) => {
    const total = ssc.longAccumulator("total");
    const offset = ssc.broadcast("offset", 0);
    // Executors build the program too, after the driver.
    if (observed.total === undefined) Object.assign(observed, { total, offset });
    const lines = ssc.queueStream(BATCHES, { name: "lines", numPartitions: 2 });
    const counted = lines.map((line) => {
      total.add(1);
      return `${line}${offset.value}`;
    });
    observe(ssc, counted, seen);
    counted.foreachRDD(async (rdd, time, { step }) => {
      await rdd.foreach(() => total.add(10));
      await step("raise", () => offset.update(time.milliseconds / 1000));
    });
  });
  return { app, observed };
}

const remaining = (driver: Driver): number => BATCHES.length - (driver.manifest?.batches ?? 0);

describe("variables over restarts", () => {
  it("keep what the outputs of the last batch did when the application ends in good order", async () => {
    const world = new World();
    for (const [batches, total, offset] of [
      [1, 22, 1],
      [1, 33, 2],
      [1, 66, 3],
      [0, 66, 3],
      [0, 66, 3],
    ] as const) {
      const { app, observed } = counting(new Map());
      await world.run(app, { batches });
      expect([observed.total.value, observed.offset.value]).toEqual([total, offset]);
    }
  });

  it("are seen by the first batch after such an end", async () => {
    const world = new World();
    const seen: Seen<string> = new Map();
    const { app } = counting(seen);
    for (let batch = 0; batch < 3; batch++) await world.run(app, { batches: 1 });
    expect([...seen.values()]).toEqual([["a0", "b0"], ["c1"], ["d2", "e2", "f2"]]);
  });

  it("are exact wherever the process dies", async () => {
    let died = 0;
    for (let calls = 0; calls < 400; calls++) {
      const world = new World();
      const first = world.driver(counting(new Map()).app, {
        batches: BATCHES.length,
        ports: dying(world.ports, calls),
      });
      const outcome = await first.run().then(
        () => "ended",
        () => "died",
      );
      if (outcome === "ended") break;
      died += 1;
      const { app, observed } = counting(new Map());
      const second = world.driver(app, { batches: remaining(first) });
      await second.run();
      const lastTime = second.manifest?.time ?? 0;
      expect([calls, observed.total.value, observed.offset.value]).toEqual([calls, 66, lastTime / 1000]);
    }
    expect(died).toBeGreaterThan(20);
    expect(died).toBeLessThan(400);
  });

  it("leave no old values behind", async () => {
    const world = new World();
    const app = program(
      (ssc) => {
        const value = ssc.broadcast("value", 0);
        const lines = ssc.queueStream([] as string[][], { name: "lines" });
        lines.foreachRDD(async (_rdd, time, { step }) => {
          await step("update", () => value.update(time.milliseconds));
        });
      },
      { retainBatches: 2 },
    );
    await world.run(app, { batches: 12 });
    const objects = await world.blocks.list("job-test/bc/");
    expect(objects.length).toBeLessThanOrEqual(6);
    expect(graphOf(app).broadcasts).toHaveLength(1);
  });
});
