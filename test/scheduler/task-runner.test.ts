import { type ExecutorReply, type ExecutorRequest, serializeError } from "../../shared/executor/index.js";
import {
  ExecutorLostError,
  IllegalStateError,
  NotSerializableError,
  SluiceError,
  ThrottledError,
  UserCodeError,
} from "../../shared/index.js";
import type { Clock, Invoker, Target } from "../../shared/ports/index.js";
import { TaskRunner } from "../../shared/scheduler/index.js";
import { StageWatch } from "../../shared/scheduler/stage-watch.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { observe, program, type Seen, sorted, World } from "../engine/world.js";

const request = {} as ExecutorRequest;
const anywhere: Target = { type: "any" };

/** Answers call after call: throws errors, fails with others as replies, and returns anything else. */
function answering(...answers: readonly unknown[]) {
  const clock = new VirtualClock({ autoAdvance: true });
  const targets: Target[] = [];
  const invoker: Invoker = {
    parallelism: 2,
    async invoke(target) {
      const answer = answers[Math.min(targets.length, answers.length - 1)];
      targets.push(target);
      if (answer instanceof ExecutorLostError || answer instanceof ThrottledError) throw answer;
      if (answer instanceof Error) return { ok: false, error: serializeError(answer) } satisfies ExecutorReply;
      return { ok: true, result: answer };
    },
  };
  return { clock, targets, runner: new TaskRunner(invoker, clock) };
}

const failed = (text = "boom"): UserCodeError => new UserCodeError(text, {}, new Error(text));
const lost = new ExecutorLostError("gone");
const throttled = new ThrottledError("slow down");

describe("a task", () => {
  it("is tried again, at the same place, until it succeeds", async () => {
    const { runner, targets } = answering(failed(), lost, failed(), lost, lost, "done");
    await expect(runner.run({ type: "slot", slot: 1 }, request)).resolves.toBe("done");
    expect(targets).toEqual(Array(6).fill({ type: "slot", slot: 1 }));
  });

  it.each([
    ["three equal failures", [failed()], 3, UserCodeError],
    ["eight different failures", Array.from({ length: 9 }, (_, i) => failed(`${i}`)), 8, UserCodeError],
    ["four lost executors", [lost], 4, ExecutorLostError],
    ["a failure that will not go away", [new NotSerializableError("a function")], 1, NotSerializableError],
    ["another code version", [new IllegalStateError("other version")], 1, IllegalStateError],
    ["sixty times no room", [throttled], 60, ThrottledError],
  ])("is given up after %s", async (_what, answers, attempts, type) => {
    const { runner, targets } = answering(...answers);
    await expect(runner.run(anywhere, request)).rejects.toBeInstanceOf(type);
    expect(targets).toHaveLength(attempts);
  });

  it("begins to count equal failures anew after a different one", async () => {
    const { runner, targets } = answering(failed("a"), failed("a"), failed("b"), failed("a"), failed("a"), "done");
    await expect(runner.run(anywhere, request)).resolves.toBe("done");
    expect(targets).toHaveLength(6);
  });

  it("waits longer and longer when there is no room", async () => {
    const { runner, clock } = answering(...Array(10).fill(throttled), "done");
    await runner.run(anywhere, request);
    expect(clock.now()).toBe(50 + 100 + 200 + 400 + 800 + 1600 + 3200 + 5000 + 5000 + 5000);
  });

  it("fails with the error as it was, whatever carried it", async () => {
    const deeper = Object.assign(new TypeError("deeper"), { code: "EDEEP", status: 404, secret: { not: "plain" } });
    const cause = new RangeError("user", { cause: deeper });
    const { runner } = answering(
      new UserCodeError("boom", { operator: "map-0", partition: 3, odd: new Date(0) }, cause),
    );
    const error = (await runner.run(anywhere, request).catch((e: unknown) => e)) as UserCodeError;
    expect(error).toBeInstanceOf(UserCodeError);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({
      name: "UserCodeError",
      code: "SLUICE_USER_CODE",
      retry: "task",
      message: "boom",
      details: { operator: "map-0", partition: 3, odd: String(new Date(0)) },
    });
    expect(error.cause).toMatchObject({ name: "RangeError", message: "user", stack: cause.stack });
    expect((error.cause as Error).cause).toMatchObject({
      name: "TypeError",
      message: "deeper",
      code: "EDEEP",
      status: 404,
    });
    expect((error.cause as Error).cause).not.toHaveProperty("secret");
  });
});

describe("a straggler", () => {
  const policy = { afterMillis: 1000, medianFactor: 3 };

  /** A watch over so many calls, of which some have taken so long. */
  async function watching(total: number, clock: Clock, durations: readonly number[]): Promise<StageWatch> {
    const watch = new StageWatch(clock, policy, total);
    for (const millis of durations) {
      const ended = watch.begin(() => {});
      await clock.sleep(millis);
      ended(true);
    }
    return watch;
  }

  it("is one that takes three times the median of its siblings, once half of them are done", async () => {
    const limit = async (...durations: readonly number[]) =>
      (await watching(4, new VirtualClock({ autoAdvance: true }), durations)).stragglerAfter();
    expect(await limit()).toBeUndefined();
    expect(await limit(500)).toBeUndefined();
    expect(await limit(500, 700)).toBe(2100);
    expect(await limit(500, 700, 100)).toBe(1500);
  });

  it("is not hurried before the shortest time", async () => {
    const watch = await watching(1, new VirtualClock({ autoAdvance: true }), [1]);
    expect(watch.stragglerAfter()).toBe(1000);
  });

  it("is hurried once, and not when its stage is over", async () => {
    const clock = new VirtualClock();
    const watch = new StageWatch(clock, policy, 2);
    const hurried: string[] = [];
    watch.begin(() => hurried.push("slow"));
    watch.begin(() => hurried.push("quick"))(true);
    await clock.advance(10_000);
    expect(hurried).toEqual(["slow"]);
    watch.begin(() => hurried.push("late"));
    watch.end();
    await clock.advance(10_000);
    expect(hurried).toEqual(["slow"]);
  });

  /** Executor by name: how long it takes, and for which of its calls. */
  function hanging(millis: (target: Target, call: number) => number) {
    const clock = new VirtualClock({ autoAdvance: true });
    const calls: string[] = [];
    const invoker: Invoker = {
      parallelism: 2,
      async invoke(target, _request, signal) {
        const call = calls.push(target.type);
        const wait = millis(target, call);
        await clock.sleep(wait, signal);
        return signal?.aborted
          ? { ok: false, error: serializeError(new Error("aborted")) }
          : { ok: true, result: target.type };
      },
    };
    return { clock, calls, runner: new TaskRunner(invoker, clock, policy) };
  }

  it("gets a second attempt elsewhere, and the first answer counts", async () => {
    const { runner, clock, calls } = hanging((target) => (target.type === "slot" ? 1e9 : 10));
    const watch = await watching(2, clock, [10]);
    await expect(runner.run({ type: "slot", slot: 0 }, request, watch)).resolves.toBe("any");
    expect(calls).toEqual(["slot", "any"]);
    expect(clock.now()).toBeLessThan(2000);
  });

  it("wins all the same when it ends before its second attempt", async () => {
    const { runner, clock, calls } = hanging((target) => (target.type === "slot" ? 1500 : 1e9));
    const watch = await watching(2, clock, [10]);
    await expect(runner.run({ type: "slot", slot: 0 }, request, watch)).resolves.toBe("slot");
    expect(calls).toEqual(["slot", "any"]);
  });

  it("that is given up counts as under way until its call has come to an end", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    let underWay = 0;
    const invoker: Invoker = {
      parallelism: 2,
      async invoke(target, _request, signal) {
        underWay += 1;
        await clock.sleep(target.type === "slot" ? 1e9 : 10, signal);
        // It takes a while to clear away what it has sent.
        if (signal?.aborted) await clock.sleep(700);
        underWay -= 1;
        return { ok: true, result: target.type };
      },
    };
    const runner = new TaskRunner(invoker, clock, policy);
    await runner.run({ type: "slot", slot: 0 }, request, await watching(2, clock, [10]));
    expect(underWay).toBe(1);
    await runner.settled();
    expect(underWay).toBe(0);
  });

  it("that is given up while there is no room for it does not ask again", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    const calls: string[] = [];
    const invoker: Invoker = {
      parallelism: 2,
      async invoke(target) {
        calls.push(target.type);
        if (target.type === "slot") throw throttled;
        return { ok: true, result: target.type };
      },
    };
    const runner = new TaskRunner(invoker, clock, policy);
    await runner.run({ type: "slot", slot: 0 }, request, await watching(2, clock, [10]));
    const before = [...calls];
    await runner.settled();
    expect(before.at(-1)).toBe("any");
    expect(calls).toEqual(before);
  });

  it("is left alone while its siblings are slow too", async () => {
    const { runner, calls } = hanging(() => 50_000);
    const watch = runner.watch(3);
    await Promise.all([1, 2, 3].map(() => runner.run({ type: "slot", slot: 0 }, request, watch)));
    expect(calls).toEqual(["slot", "slot", "slot"]);
  });

  it.each([false, true])(
    "on an executor that hangs does not change what comes out (isolated: %s)",
    async (isolated) => {
      const world = new World();
      const seen: Seen<[string, number]> = new Map();
      const app = program((ssc) => {
        const totals = ssc
          .queueStream([["a", "b", "c", "d"], ["a", "e"], ["b"]])
          .mapToPair((letter) => [letter, 1])
          .reduceByKey((a, b) => a + b, { numPartitions: 3 })
          .updateStateByKey<number>(([n = 0], total = 0) => total + n, { numPartitions: 3 });
        observe(ssc, totals, seen);
      });
      let calls = 0;
      let hung = 0;
      await world.run(app, {
        batches: 3,
        executors: { count: 3, isolated },
        invoker: (inner) => ({
          parallelism: inner.parallelism,
          async invoke(target, something, signal) {
            const call = ++calls;
            const reply = await inner.invoke(target, something, signal);
            // Every fifth call has done its work, and then says nothing for an hour: a zombie.
            if (call % 5 === 0) {
              hung += 1;
              await world.clock.sleep(3_600_000, signal);
              signal?.throwIfAborted();
            }
            return reply;
          },
        }),
      });
      expect(hung).toBeGreaterThan(2);
      expect([...seen].map(([time, pairs]) => [time, sorted(pairs)])).toEqual([
        [
          1000,
          [
            ["a", 1],
            ["b", 1],
            ["c", 1],
            ["d", 1],
          ],
        ],
        [
          2000,
          [
            ["a", 2],
            ["b", 1],
            ["c", 1],
            ["d", 1],
            ["e", 1],
          ],
        ],
        [
          3000,
          [
            ["a", 2],
            ["b", 2],
            ["c", 1],
            ["d", 1],
            ["e", 1],
          ],
        ],
      ]);
      // It was not waited for.
      expect(world.clock.now()).toBeLessThan(3_600_000);
    },
  );
});
