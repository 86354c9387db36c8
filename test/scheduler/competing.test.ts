import { readHead, setDesired } from "../../shared/checkpoint/index.js";
import { minutes, type State, seconds } from "../../shared/index.js";
import type { Ended } from "../../shared/scheduler/index.js";
import { mortal } from "../../shared/simulation/index.js";
import { StateSpec, type StreamingContext } from "../../shared/streaming/index.js";
import { program, World } from "../engine/world.js";

const JOB = "job-test";
const competing = { competing: true };

function counting(options: Parameters<typeof program>[1] = {}) {
  const times: number[] = [];
  const app = program(
    (ssc) => ssc.queueStream([[1], [2]]).foreachRDD((_rdd, time) => void times.push(time.milliseconds)),
    {
      ...options,
    },
  );
  return { app, times };
}

/** A block store of which no write ever returns. */
function hanging(world: World) {
  return Object.assign(Object.create(world.blocks), { putIfAbsent: () => new Promise<never>(() => {}) });
}

describe("several drivers of one application", () => {
  it("stand by while one is alive", async () => {
    const world = new World();
    const { app, times } = counting();
    const first = world.driver(app, { batches: 5, config: competing }).run();
    const others: Ended[] = [];
    for (let at = 0; at < 4; at++) {
      await world.clock.sleep(900);
      others.push(await world.driver(app, { config: competing }).run());
    }
    expect(others).toEqual(["standby", "standby", "standby", "standby"]);
    expect(await first).toBe("finished");
    expect(times).toEqual([1000, 2000, 3000, 4000, 5000]);
  });

  it("take over when the owner has been silent for a lease", async () => {
    const world = new World();
    const { app, times } = counting();
    const stuck = mortal({ ...world.ports, blocks: hanging(world) });
    void world.driver(app, { config: competing, ports: stuck.ports }).run();
    await world.clock.sleep(300_000);
    // As long as it may just be slow it keeps its lease; stalled, it loses it.
    expect(await world.driver(app, { config: competing }).run()).toBe("standby");
    await world.clock.sleep(40_000);
    expect(await world.driver(app, { batches: 2, config: competing }).run()).toBe("finished");
    stuck.kill();
    expect(times).toHaveLength(2);
  });

  it("see through a lease that a clock far ahead has taken", async () => {
    const world = new World();
    const { app, times } = counting();
    const ahead = {
      now: () => world.clock.now() + 3_600_000,
      monotonic: () => world.clock.monotonic(),
      sleep: world.clock.sleep.bind(world.clock),
    };
    const lost = mortal({ ...world.ports, clock: ahead, blocks: hanging(world) });
    void world.driver(app, { config: competing, ports: lost.ports }).run();
    await world.clock.sleep(2_000_000);
    expect((await readHead(world.table, JOB))?.expires).toBeGreaterThan(world.clock.now() + 60_000);
    expect(await world.driver(app, { batches: 1, config: competing }).run()).toBe("finished");
    lost.kill();
    expect(times).toHaveLength(1);
  });
});

describe("a driver whose time is limited", () => {
  it("hands over in good order, and the next one goes on without a gap", async () => {
    const world = new World();
    const { app, times } = counting();
    expect(await world.driver(app, { config: { ...competing, leaveAfterMillis: 3_500 } }).run()).toBe("handed-over");
    expect((await readHead(world.table, JOB))?.expires).toBe(0);
    expect(await world.driver(app, { config: { ...competing, leaveAfterMillis: 2_500 } }).run()).toBe("handed-over");
    expect(times).toEqual([1000, 2000, 3000, 4000, 5000]);
  });
});

describe("what the operator wants", () => {
  it("stops a driver after the batch that it is at, and keeps others from beginning", async () => {
    const world = new World();
    const { app, times } = counting();
    const running = world.driver(app, { config: competing }).run();
    await world.clock.sleep(2_500);
    await setDesired(world.table, JOB, "stop");
    expect(await running).toBe("stopped");
    expect(await world.driver(app, { config: competing }).run()).toBe("stopped");
    expect(times).toEqual([1000, 2000, 3000]);
    await setDesired(world.table, JOB, "run");
    expect(await world.driver(app, { batches: 1, config: competing }).run()).toBe("finished");
    expect(times).toEqual([1000, 2000, 3000, 4000]);
  });

  it("drains: processes what has arrived, then stays stopped", async () => {
    const world = new World();
    const seen: number[] = [];
    const app = program((ssc) =>
      ssc
        .queueStream([[1], [2], [3], [4]])
        .foreachRDD(async (rdd) => void seen.push(...((await rdd.collect()) as number[]))),
    );
    const running = world.driver(app, { config: competing }).run();
    await world.clock.sleep(1_500);
    await setDesired(world.table, JOB, "drain");
    expect(await running).toBe("stopped");
    expect(seen).toEqual([1, 2, 3, 4]);
    expect((await readHead(world.table, JOB))?.desired).toBe("stop");
    expect(await world.driver(app, { config: competing }).run()).toBe("stopped");
  });

  it("can be said before the first run", async () => {
    const world = new World();
    const { app, times } = counting();
    await setDesired(world.table, JOB, "stop");
    expect(await world.driver(app).run()).toBe("stopped");
    await setDesired(world.table, JOB, "run");
    expect(await world.driver(app, { batches: 2 }).run()).toBe("finished");
    expect(times).toEqual([1000, 2000]);
  });
});

describe("idleness", () => {
  const idle = { idleTimeout: seconds(3) };
  async function endOf(build: (ssc: StreamingContext) => void, batches = 30) {
    const world = new World();
    const app = program(build, idle);
    const ended = await world.driver(app, { batches, config: competing }).run();
    return { ended, at: world.clock.now(), world, app };
  }
  const numbers = (ssc: StreamingContext) => ssc.queueStream([[1], [2]]);

  it("begins when nothing has come for the time-out", async () => {
    const { ended, at } = await endOf((ssc) => numbers(ssc).print());
    expect([ended, at]).toEqual(["idle", 6_000]);
  });

  it("ends with the next tick: one batch looks whether something has come", async () => {
    const { world, app } = await endOf((ssc) => numbers(ssc).print());
    await world.clock.sleep(3_600_000);
    expect(await world.driver(app, { config: competing }).run()).toBe("idle");
    const batches = (await world.driver(app, { config: competing, batches: 0 }).run()) as Ended;
    expect(batches).toBe("finished");
  });

  it("skips what it has slept through in one batch, also under catchUp: replay", async () => {
    const { world, app } = await endOf((ssc) => numbers(ssc).window(minutes(1)).count().print(), 100);
    const driver = () => world.driver(app, { config: competing });
    await world.clock.sleep(3_600_500);
    const next = driver();
    expect(await next.run()).toBe("idle");
    expect(next.manifest?.time).toBe(Math.floor(world.clock.now() / 1000) * 1000);
  });

  it("waits until windows are empty", async () => {
    const { ended, at } = await endOf((ssc) => numbers(ssc).window(seconds(10)).print());
    expect(ended).toBe("idle");
    expect(at).toBeGreaterThanOrEqual(12_000);
  });

  it("waits for state that changes by itself", async () => {
    const { ended } = await endOf((ssc) =>
      numbers(ssc)
        .mapToPair((n) => [n, n])
        .updateStateByKey<number>((_values, age = 0) => age + 1)
        .print(),
    );
    expect(ended).toBe("finished");
  });

  it("waits for time-outs of mapWithState", async () => {
    const spec = StateSpec.function((key: number, value: number | undefined, state: State<number>) => {
      if (value !== undefined) state.update(value);
      return key;
    }).timeout(seconds(10));
    const { ended, at } = await endOf((ssc) =>
      numbers(ssc)
        .mapToPair((n) => [n, n] as [number, number])
        .mapWithState(spec)
        .print(),
    );
    expect(ended).toBe("idle");
    expect(at).toBeGreaterThan(6_000);
  });

  it("is the program's choice", async () => {
    const world = new World();
    const app = program((ssc) => numbers(ssc).print());
    expect(await world.driver(app, { batches: 30, config: competing }).run()).toBe("finished");
  });
});
