/** The scheduler function, invocation by invocation. */
import { setDesired } from "../../shared/checkpoint/index.js";
import { BatchFailedError } from "../../shared/errors/index.js";
import { minutes, seconds } from "../../shared/index.js";
import { BatchTraces } from "../../shared/monitor/index.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { observe, program, type Seen } from "../engine/world.js";
import { Deployed } from "./deployed.js";

const JOB = "job-test";

/** Running totals of a queue of numbers, one batch each. */
function totals(numbers: readonly number[], seen: Seen<[string, number]>, options: Parameters<typeof program>[1] = {}) {
  return program((ssc) => {
    const sums = ssc
      .queueStream(numbers.map((n) => [n]))
      .mapToPair((n) => ["sum", n])
      .updateStateByKey<number>((values, total = 0) => values.reduce((a, b) => a + b, total), { name: "sums" });
    observe(ssc, sums, seen);
  }, options);
}

const sums = (seen: Seen<[string, number]>): number[] => [...seen.values()].flat().map(([, total]) => total);

async function put(deployed: Deployed, records: readonly string[], stream = "lines"): Promise<void> {
  await deployed.world.streams.putRecords(
    stream,
    records.map((record) => ({ partitionKey: record.slice(0, 9), data: Buffer.from(record) })),
  );
}

describe("a scheduler with batches every second", () => {
  it("makes batches until its time is up, and starts its successor, which goes on", async () => {
    const seen: Seen<[string, number]> = new Map();
    const deployed = new Deployed(totals([1, 2, 3, 4, 5, 6, 7, 8], seen));
    const first = await deployed.invoke(deployed.scheduler(), 8_000);
    expect(first).toEqual({ ended: "handed-over", batches: 3 });
    expect(deployed.successors).toBe(1);
    expect(deployed.world.clock.now()).toBeLessThan(4_000);
    const second = await deployed.invoke(deployed.scheduler(), 8_000);
    expect(second).toEqual({ ended: "handed-over", batches: 3 });
    expect(deployed.successors).toBe(2);
    expect(sums(seen)).toEqual([1, 3, 6, 10, 15, 21]);
  });

  it("sends a trace of each batch, and waits for what is not sent yet, when it is asked to", async () => {
    const deployed = new Deployed(totals([1, 2, 3], new Map()));
    const sent: object[] = [];
    const flushed: number[] = [];
    const traces = {
      listener: new BatchTraces({
        appName: "test",
        codeVersion: "1",
        batchDuration: 1000,
        send: (trace) => void sent.push(trace),
      }),
      flush: async (mostMillis: number) => void flushed.push(mostMillis),
    };
    await deployed.invoke(deployed.scheduler({ traces }), 8_000);
    expect(sent).toHaveLength(3);
    expect(flushed).toEqual([2_000]);
  });

  it("publishes a line of metrics for each batch, and one at its end", async () => {
    const deployed = new Deployed(totals([1, 2, 3], new Map()));
    await deployed.invoke(deployed.scheduler(), 8_000);
    expect(deployed.published).toHaveLength(4);
    for (const values of deployed.published.slice(0, 3)) {
      expect(values).toMatchObject({
        batchesCommitted: 1,
        records: 1,
        schedulingDelay: 0,
        executorsLost: 0,
        throttles: 0,
      });
      expect(values.totalDelay).toBeGreaterThanOrEqual(values.processingDelay ?? Number.NaN);
    }
    expect(deployed.published[3]).toMatchObject({ callsLeftBehind: 0 });
    expect(deployed.total("estimatedCost")).toBeGreaterThan(0);
  });

  it("stands by while another one is alive, and starts nobody", async () => {
    const seen: Seen<[string, number]> = new Map();
    const deployed = new Deployed(totals([1, 2, 3], seen));
    const running = deployed.invoke(deployed.scheduler(), 8_000);
    await deployed.world.clock.sleep(1_500);
    expect(await deployed.invoke()).toEqual({ ended: "standby", batches: 0 });
    expect((await running).batches).toBe(3);
    expect(deployed.successors).toBe(1);
    expect(sums(seen)).toEqual([1, 3, 6]);
  });

  it("ends fenced, and without a successor, when another one has taken over", async () => {
    const deployed = new Deployed(totals([1, 2, 3], new Map()));
    const running = deployed.invoke(deployed.scheduler(), 8_000);
    await deployed.world.clock.sleep(1_500);
    const head = { partition: JOB, sort: "head" };
    await deployed.world.table.update(head, { token: 77, owner: "somebody" }, {});
    expect(await running).toEqual({ ended: "fenced", batches: 1 });
    expect(deployed.successors).toBe(0);
    expect(deployed.total("schedulerFailures")).toBe(0);
    expect(deployed.world.console.logged.map(({ message }) => message).join("\n")).toContain("has taken over");
  });

  it("throws what ended it, logged and counted, and hands over to nobody", async () => {
    const app = program((ssc) => {
      const bad = ssc.queueStream([[1], [2]]).map((n) => {
        if (n === 2) throw new TypeError("two");
        return n;
      });
      observe(ssc, bad, new Map());
    });
    const deployed = new Deployed(app);
    await expect(deployed.invoke()).rejects.toThrow(BatchFailedError);
    expect(deployed.successors).toBe(0);
    expect(deployed.total("batchesCommitted")).toBe(1);
    expect(deployed.total("batchFailures")).toBe(1);
    const last = deployed.world.console.logged.at(-1);
    expect(last).toMatchObject({ level: "error", details: { error: { code: "SLUICE_BATCH_FAILED" } } });
  });

  it("counts batches that are passed over, and goes on, under skip", async () => {
    const app = program(
      (ssc) => {
        const bad = ssc.queueStream([[1], [2], [3]]).map((n) => {
          if (n === 2) throw new TypeError("two");
          return n;
        });
        observe(ssc, bad, new Map());
      },
      { onBatchFailure: "skip" },
    );
    const deployed = new Deployed(app);
    expect(await deployed.invoke(deployed.scheduler(), 8_000)).toEqual({ ended: "handed-over", batches: 3 });
    expect(deployed.total("batchFailures")).toBe(1);
  });

  it("ends quietly when a drained application had passed over a batch", async () => {
    const app = program(
      (ssc) => {
        observe(
          ssc,
          ssc.queueStream([[1]]).map(() => {
            throw new TypeError("one");
          }),
          new Map(),
        );
      },
      { onBatchFailure: "skip" },
    );
    const deployed = new Deployed(app);
    const running = deployed.invoke();
    await deployed.world.clock.sleep(1_500);
    await setDesired(deployed.world.table, JOB, "drain");
    expect((await running).ended).toBe("stopped");
    expect(deployed.successors).toBe(0);
  });

  it("does nothing when the application is stopped", async () => {
    const deployed = new Deployed(totals([1], new Map()));
    await setDesired(deployed.world.table, JOB, "stop");
    expect(await deployed.invoke()).toEqual({ ended: "stopped", batches: 0 });
  });

  it("tries again to start its successor, and leaves it to the schedule after that", async () => {
    let attempts = 0;
    const deployed = new Deployed(totals([1], new Map()));
    const failing = (times: number) => async (): Promise<void> => {
      attempts += 1;
      if (attempts <= times) throw new Error("throttled");
    };
    await deployed.invoke(deployed.scheduler({ startSuccessor: failing(1) }), 4_000);
    expect(attempts).toBe(2);
    attempts = 0;
    await deployed.invoke(deployed.scheduler({ startSuccessor: failing(99) }), 4_000);
    expect(attempts).toBe(3);
    expect(deployed.world.console.logged.at(-1)?.message).toContain("the next tick of the schedule will");
  });

  it("starts nobody when it has no time for a batch: its successor would have none either", async () => {
    const deployed = new Deployed(totals([1], new Map(), { batchDuration: seconds(30) }));
    expect(await deployed.invoke(deployed.scheduler(), 3_000)).toEqual({ ended: "handed-over", batches: 0 });
    expect(deployed.successors).toBe(0);
    expect(deployed.world.console.logged.at(-1)?.message).toContain("before its first batch");
  });

  it("sleeps when nothing comes, and is woken by the next tick", async () => {
    const seen: Seen<string> = new Map();
    const app = program((ssc) => observe(ssc, ssc.kinesisStream("lines"), seen), {
      idleTimeout: seconds(3),
      catchUp: "coalesce",
    });
    const deployed = new Deployed(app);
    await deployed.world.streams.create("lines", 1);
    const scheduler = deployed.scheduler();
    expect((await deployed.invoke(scheduler)).ended).toBe("idle");
    expect(deployed.successors).toBe(0);
    await put(deployed, ["late"]);
    await deployed.tickAt(60_000, scheduler);
    expect([...seen.values()].flat()).toEqual(["late"]);
  });

  it("tells the program's own listeners", async () => {
    const times: number[] = [];
    const app = program((ssc) => {
      observe(ssc, ssc.queueStream([[1], [2]]), new Map());
      ssc.addStreamingListener({
        onBatchCompleted: ({ batchInfo }) => void times.push(batchInfo.batchTime.milliseconds),
      });
    });
    const deployed = new Deployed(app);
    await deployed.invoke(deployed.scheduler(), 6_000);
    expect(times).toEqual([1_000, 2_000]);
  });
});

describe("a scheduler with batches every minute or more", () => {
  const minutely = (numbers: readonly number[], seen: Seen<[string, number]>, interval = minutes(1)) =>
    totals(numbers, seen, { batchDuration: interval, catchUp: "replay" });

  it("makes the batches that are due at each tick, and never starts a successor", async () => {
    const seen: Seen<[string, number]> = new Map();
    const deployed = new Deployed(minutely([1, 2, 3, 4], seen));
    const replies = [];
    // Ticks come at any second of the minute, here at the 47th.
    for (let minute = 0; minute < 4; minute++) replies.push(await deployed.tickAt(minute * 60_000 + 47_000));
    expect(replies.map(({ ended, batches }) => `${ended} ${batches}`)).toEqual([
      "idle 1",
      "idle 0",
      "idle 1",
      "idle 1",
    ]);
    expect([...seen.keys()]).toEqual([60_000, 120_000, 180_000]);
    expect(sums(seen)).toEqual([1, 3, 6]);
    expect(deployed.successors).toBe(0);
  });

  it("runs only as long as there is something to do", async () => {
    const deployed = new Deployed(minutely([1, 2, 3], new Map()));
    await deployed.tickAt(47_000);
    const begun = deployed.world.clock.now();
    // Two minutes later, with one batch due.
    await deployed.tickAt(begun + 120_000);
    expect(deployed.world.clock.now() - begun).toBeLessThan(120_000 + 5_000);
  });

  it("waits for its first batch even when the interval is longer than an invocation", async () => {
    const seen: Seen<[string, number]> = new Map();
    const deployed = new Deployed(minutely([1, 2], seen, minutes(60)));
    for (let minute = 0; minute < 60; minute++) await deployed.tickAt(minute * 60_000 + 47_000);
    expect([...seen.keys()]).toEqual([3_600_000]);
    for (let minute = 60; minute < 121; minute++) await deployed.tickAt(minute * 60_000 + 47_000);
    expect([...seen.keys()]).toEqual([3_600_000, 7_200_000]);
  });

  it("catches up in one invocation", async () => {
    const seen: Seen<[string, number]> = new Map();
    const deployed = new Deployed(minutely([1, 2, 3, 4, 5, 6, 7], seen));
    await deployed.tickAt(47_000);
    expect(await deployed.tickAt(6 * 60_000 + 10_000)).toEqual({ ended: "idle", batches: 5 });
    expect(sums(seen)).toEqual([1, 3, 6, 10, 15, 21]);
  });

  it("catches up in one invocation also when each batch takes longer than a tick is waited for", async () => {
    const seen: Seen<[string, number]> = new Map();
    const deployed = new Deployed(minutely([1, 2, 3, 4, 5, 6, 7], seen));
    const { clock } = deployed.world;
    await deployed.tickAt(47_000);
    const slow = deployed.scheduler({
      executors: (_ports, inPlace) => ({
        parallelism: 1,
        async invoke(target, request, signal) {
          await clock.sleep(7_000);
          return inPlace.invoke(target, request, signal);
        },
      }),
    });
    expect(await deployed.tickAt(6 * 60_000 + 10_000, slow)).toEqual({ ended: "idle", batches: 5 });
  });
});

describe("small work", () => {
  it("runs in the scheduler itself: after the first look at a shard no executor is called", async () => {
    const seen: Seen<[string, number]> = new Map();
    const app = program((ssc) => {
      const counts = ssc
        .kinesisStream("lines")
        .mapToPair((word) => [word, 1])
        .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" });
      observe(ssc, counts, seen);
    });
    const deployed = new Deployed(app);
    await deployed.world.streams.create("lines", 2);
    await put(deployed, ["a", "b", "a"]);
    const scheduler = deployed.scheduler();
    const running = deployed.invoke(scheduler, 10_000);
    for (let i = 0; i < 3; i++) {
      await deployed.world.clock.sleep(1_000);
      await put(deployed, ["a"]);
    }
    expect((await running).batches).toBe(4);
    expect(deployed.calls).toEqual(["read-shard", "read-shard"]);
    expect(new Map([...seen.values()].at(-1))).toEqual(
      new Map([
        ["a", 5],
        ["b", 1],
      ]),
    );
    await deployed.invoke(scheduler, 4_000);
    expect(deployed.calls).toHaveLength(2);
    expect(deployed.total("lag")).toBe(0);
  });

  it("goes to executors when it is large, and back when it is small again", async () => {
    const seen: Seen<string> = new Map();
    const app = program((ssc) =>
      observe(
        ssc,
        ssc.kinesisStream("lines").map((line) => line.slice(0, 3)),
        seen,
      ),
    );
    const deployed = new Deployed(app);
    await deployed.world.streams.create("lines", 1);
    const scheduler = deployed.scheduler();
    const batch = async (record: string): Promise<string[]> => {
      deployed.calls.length = 0;
      await put(deployed, [record]);
      expect((await deployed.invoke(scheduler, 4_000)).batches).toBe(1);
      return [...deployed.calls];
    };
    expect(await batch("one")).toEqual(["read-shard"]);
    expect(await batch(`two${"x".repeat(300_000)}`)).toEqual(["run"]);
    expect(await batch("three")).toEqual(["read-shard"]);
    expect(await batch("four")).toEqual([]);
    expect([...seen.values()].flat()).toEqual(["one", "two", "thr", "fou"]);
  });
});

describe("at its end a scheduler", () => {
  it("waits for calls that are under way", async () => {
    const deployed = new Deployed(totals([1, 2], new Map()));
    const { clock, blocks, ports } = deployed.world;
    let deleted = 0;
    const slowDeletes = new Proxy(blocks, {
      get: (target, name) =>
        name === "delete"
          ? async () => {
              await clock.sleep(2_000);
              deleted += 1;
            }
          : Reflect.get(target, name).bind(target),
    });
    const scheduler = deployed.scheduler({
      ports: { ...ports, blocks: slowDeletes },
      // Somebody who does not wait for what was begun.
      executors: (tracked, inPlace) => {
        void tracked.blocks.delete(["x"]);
        return deployed.executors(inPlace);
      },
    });
    await deployed.invoke(scheduler, 6_000);
    expect(deleted).toBe(1);
    expect(deployed.total("callsLeftBehind")).toBe(0);
  });

  it("says what it leaves behind after a while", async () => {
    const deployed = new Deployed(totals([1, 2], new Map()));
    const scheduler = deployed.scheduler({
      executors: (tracked, inPlace) => {
        void tracked.blocks.get("x");
        return deployed.executors(inPlace);
      },
      ports: {
        ...deployed.world.ports,
        blocks: new Proxy(deployed.world.blocks, {
          get: (target, name) =>
            name === "get" ? () => new Promise(() => {}) : Reflect.get(target, name).bind(target),
        }),
      },
    });
    await deployed.invoke(scheduler, 20_000);
    expect(deployed.total("callsLeftBehind")).toBe(1);
    expect(deployed.world.console.logged.at(-1)).toEqual({
      level: "warn",
      message: "The function returns while calls are under way.",
      details: { calls: ["blocks.get"] },
    });
  });
});

it("virtual time is what these tests run in", () => {
  expect(new Deployed(totals([], new Map())).world.clock).toBeInstanceOf(VirtualClock);
});
