/** Bodies of `foreachRDD` and `transform`: run once on the driver, and again on executors up to the action they are asked for. */
import {
  BatchFailedError,
  type DStream,
  IllegalArgumentError,
  NonDeterministicBodyError,
  OutputFailedError,
  type RDD,
  seconds,
  UserCodeError,
} from "../../shared/index.js";
import type { Invoker } from "../../shared/ports/index.js";
import { type ExecutorOptions, runBatches } from "../../shared/testing/index.js";
import {
  executor,
  isolated as isolatedExecutors,
  observe,
  program,
  type RunOptions,
  type Seen,
  sorted,
  World,
} from "./world.js";

const places: readonly (readonly [string, ExecutorOptions])[] = [
  ["in the driver's process", {}],
  ["on one isolated executor", { isolated: true }],
  ["on three isolated executors", { count: 3, isolated: true }],
];
const isolated = { count: 2, isolated: true };

type Body<T> = Parameters<DStream<T>["foreachRDD"]>[0];

const BATCHES = [[5, 1, 4, 2, 3], [7, 7], []];

/** Runs a body on each of the batches; two partitions. */
async function runBody(body: Body<number>, options: RunOptions = {}, batches: number[][] = BATCHES): Promise<World> {
  const world = new World();
  const app = program((ssc) => ssc.queueStream(batches, { numPartitions: 2 }).foreachRDD(body));
  await world.run(app, { batches: batches.length, ...options });
  return world;
}

function failureOf(running: Promise<unknown>): Promise<OutputFailedError> {
  return running.then(
    () => {
      throw new Error("it did not fail");
    },
    (error: unknown) => error as OutputFailedError,
  );
}

describe.each(places)("a foreachRDD body, %s", (_place, executors) => {
  it("may call several actions, branch on their results and close over them", async () => {
    const rows: unknown[] = [];
    await runBody(
      async (rdd, time) => {
        if (await rdd.isEmpty()) {
          rows.push([time.milliseconds, "empty"]);
          return;
        }
        const max = await rdd.reduce((a, b) => Math.max(a, b));
        const below = rdd.filter((n) => n < max);
        const n = await below.count();
        const scaled = n === 0 ? [] : await below.map((value) => value * max).collect();
        const total = await rdd.fold(0, (a, b) => a + b);
        const byParity = await rdd
          .mapToPair((value) => [value % 2 === 0 ? "even" : "odd", value + n])
          .reduceByKey((a, b) => a + b, { numPartitions: 3 })
          .collect();
        rows.push([time.milliseconds, max, n, scaled, total, sorted(byParity)]);
      },
      { executors },
    );
    expect(rows).toEqual([
      [
        1000,
        5,
        4,
        [5, 20, 10, 15],
        15,
        [
          ["even", 14],
          ["odd", 21],
        ],
      ],
      [2000, 7, 0, [], 14, [["odd", 14]]],
      [3000, "empty"],
    ]);
  });

  it("gets what its steps returned, and runs them once a batch", async () => {
    const tokens: string[] = [];
    const seen: unknown[] = [];
    await runBody(
      async (rdd, time, { step }) => {
        const factor = await step("factor", async (token) => {
          tokens.push(token);
          return time.milliseconds / 1000;
        });
        const sum = await rdd.map((n) => n * factor).fold(0, (a, b) => a + b);
        const texts = await step("texts", (token) => {
          tokens.push(token);
          return new Map([[sum, "sum"]]);
        });
        seen.push([sum, texts.get(sum), await rdd.filter((n) => n < texts.size * 3).count()]);
      },
      { executors },
    );
    expect(seen).toEqual([
      [15, "sum", 2],
      [28, "sum", 0],
      [0, "sum", 0],
    ]);
    expect(tokens).toHaveLength(6);
    expect(new Set(tokens).size).toBe(6);
  });

  it("does not repeat a step when it is run again after a failure", async () => {
    const effects: string[] = [];
    let failures = 0;
    await runBody(
      async (rdd, time, { step }) => {
        const n = await step("first", () => {
          effects.push(`first ${time.milliseconds}`);
          return 3;
        });
        if (time.milliseconds === 2000 && failures++ < 2) throw new Error("away");
        const above = await rdd.filter((x) => x > n).count();
        await step("second", () => void effects.push(`second ${time.milliseconds} ${above}`));
      },
      { executors },
    );
    expect(effects).toEqual([
      "first 1000",
      "second 1000 2",
      "first 2000",
      "second 2000 2",
      "first 3000",
      "second 3000 0",
    ]);
  });

  it("may go on after a step that failed, by what the failure is", async () => {
    const rows: unknown[] = [];
    class Conflict extends Error {
      override name = "Conflict";
      readonly code = "E_CONFLICT";
    }
    await runBody(
      async (rdd, time, { step }) => {
        const kind = await step("write", (): string => {
          if (time.milliseconds === 2000) throw new Conflict("somebody was faster");
          return "written";
        }).catch((error: Error & { code?: string }) => `${error.name} ${error.code} ${error.message}`);
        rows.push([kind, await rdd.filter((n) => n < kind.length).count()]);
      },
      { executors },
    );
    expect(rows).toEqual([
      ["written", 5],
      ["Conflict E_CONFLICT somebody was faster", 2],
      ["written", 0],
    ]);
  });

  it("may have actions run at the same time", async () => {
    const rows: unknown[] = [];
    await runBody(
      async (rdd) => {
        const [n, values, max] = await Promise.all([
          rdd.count(),
          rdd.map((x) => x + 1).collect(),
          rdd.fold(0, Math.max),
        ]);
        rows.push([n, values, max, await rdd.filter((x) => x === max).count()]);
      },
      { executors },
    );
    expect(rows).toEqual([
      [5, [6, 2, 5, 3, 4], 5, 1],
      [2, [8, 8], 7, 2],
      [0, [], 0, 0],
    ]);
  });

  it("may catch an action's failure and go on", async () => {
    const rows: unknown[] = [];
    await runBody(
      async (rdd) => {
        const failing = rdd.map((n) => {
          if (n === 4) throw new TypeError("four");
          return n;
        });
        const n = await failing.count().catch((error: unknown) => {
          expect(error).toBeInstanceOf(UserCodeError);
          expect((error as UserCodeError).details).toMatchObject({ operator: "foreachRDD-0/map-0", record: "4" });
          return -1;
        });
        rows.push([n, await rdd.filter((x) => x > n).count()]);
      },
      { executors },
    );
    expect(rows).toEqual([
      [-1, 5],
      [2, 2],
      [0, 0],
    ]);
  });

  it("is done only when the actions it did not wait for are", async () => {
    const done: number[] = [];
    const completed: number[][] = [];
    await runBody(
      (rdd) => {
        void rdd.foreachPartition(async (rows) => {
          await Promise.resolve();
          done.push(...rows);
        });
      },
      { executors, listener: { onOutputsCompleted: () => completed.push(sorted(done)) } },
    );
    expect(completed).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5, 7, 7],
      [1, 2, 3, 4, 5, 7, 7],
    ]);
  });

  it("fails with an action it did not wait for", async () => {
    const error = await failureOf(
      runBody(
        (rdd) => {
          void rdd.foreach((n) => {
            if (n === 2) throw new RangeError("two");
          });
        },
        { executors },
      ),
    );
    expect(error).toBeInstanceOf(OutputFailedError);
    expect(error.message).toContain("RangeError: two");
    expect(error.details).toMatchObject({ operator: "foreachRDD-0", batchTime: 1000 });
  });

  it("has zeros of its own for each partition", async () => {
    const zero: number[] = [];
    const rows: unknown[] = [];
    await runBody(
      async (rdd) => {
        const lists = rdd.map((n) => [n]);
        rows.push(
          await lists.fold(zero, (a, b) => {
            a.push(...b);
            return a;
          }),
        );
      },
      { executors },
    );
    expect(rows).toEqual([[5, 1, 4, 2, 3], [7, 7], []]);
    expect(zero).toEqual([]);
  });
});

describe("several chains of calls at the same time", () => {
  /** Lets the answer to every request wait, the longer the earlier it was sent. */
  const lateFirst =
    (world: World) =>
    (inner: Invoker): Invoker => {
      let calls = 0;
      return {
        parallelism: inner.parallelism,
        async invoke(target, request, signal) {
          const wait = 1000 / ++calls;
          const reply = await inner.invoke(target, request, signal);
          await world.clock.sleep(wait);
          return reply;
        },
      };
    };

  it("are replayed in the order in which their calls ended", async () => {
    const world = new World();
    const rows: unknown[] = [];
    const app = program((ssc) =>
      ssc.queueStream([[1, 2, 3, 4]], { numPartitions: 2 }).foreachRDD(async (rdd) => {
        const chain = async (from: RDD<number>): Promise<number[]> => {
          const n = await from.count();
          return [n, await from.filter((x) => x > n).count()];
        };
        rows.push(await Promise.all([chain(rdd), chain(rdd.filter((x) => x > 3))]));
      }),
    );
    await world.run(app, { batches: 1, executors: { isolated: true }, invoker: lateFirst(world) });
    expect(rows).toEqual([
      [
        [4, 0],
        [1, 1],
      ],
    ]);
  });
});

describe("a body that waits for something that does not happen on executors", () => {
  it("is a typed error", async () => {
    const error = await failureOf(
      runBody(
        async (rdd, _time, { step }) => {
          // Not at once, and so not noticed at once: executors, which do not run steps again, never come to the count.
          await step("write", async () => {
            await Promise.resolve();
            await rdd.count();
          });
        },
        { executors: isolated },
      ),
    );
    expect(error.cause).toBeInstanceOf(NonDeterministicBodyError);
    expect(error.message).toContain("did not come to count of foreachRDD-0/rdd-0 (#0) within 30000 ms");
  });
});

describe("a body that is not deterministic", () => {
  /** By name: a body that takes another way on executors than on the driver. */
  const bodies: [string, (again: () => boolean) => Body<number>][] = [
    ["calls another action", (again) => async (rdd) => void (again() ? await rdd.collect() : await rdd.count())],
    [
      "calls the action on another RDD",
      (again) => async (rdd) => void (await (again() ? rdd.map((x) => x) : rdd).count()),
    ],
    ["calls nothing", (again) => async (rdd) => void (again() || (await rdd.count()))],
    ["calls less before", (again) => async (rdd) => void ((again() || (await rdd.count())) && (await rdd.isEmpty()))],
    [
      "calls something else before, and catches the error",
      (again) => async (rdd) => {
        const second = again();
        await (second ? rdd.collect() : rdd.count()).catch(() => {});
        await rdd.isEmpty();
      },
    ],
    [
      "has a step more",
      (again) =>
        async (rdd, _time, { step }) =>
          void ((again() && (await step("s", () => 1))) || (await rdd.count())),
    ],
    [
      "throws",
      (again) => async (rdd) => {
        if (again()) throw new Error("the second time");
        await rdd.count();
      },
    ],
  ];

  it.each(bodies)("is a typed error: %s", async (_name, makeBody) => {
    let runs = 0;
    const running = runBody(
      makeBody(() => runs++ > 0),
      { executors: isolated },
      [[1, 2]],
    );
    const error = await failureOf(running);
    expect(error).toBeInstanceOf(OutputFailedError);
    if (_name === "throws") return expect(error.message).toContain("the second time");
    expect(error.cause).toBeInstanceOf(NonDeterministicBodyError);
    expect(error.message).toMatch(/its body must be deterministic/);
  });

  it("is a typed error in a transform whose RDD comes out otherwise", async () => {
    let runs = 0;
    const running = runBatches({
      batchDuration: seconds(1),
      inputs: [[[1, 2, 3]]],
      executors: isolated,
      build: (_ssc, numbers) => numbers.transform((rdd) => (runs++ > 0 ? rdd.repartition(3) : rdd.map((n) => n))),
    });
    const error = await failureOf(running);
    expect(error).toBeInstanceOf(BatchFailedError);
    expect(error.cause).toBeInstanceOf(NonDeterministicBodyError);
  });
});

describe.each(places)("what a body must not do, %s", (_place, executors) => {
  it("keep an RDD for a later batch", async () => {
    let kept: RDD<number> | undefined;
    const union = await failureOf(
      runBatches({
        batchDuration: seconds(1),
        inputs: [[[1], [2]] as number[][]],
        executors,
        build: (_ssc, numbers) =>
          numbers.transform((rdd, time) => {
            if (time.milliseconds === 1000) kept = rdd;
            return time.milliseconds === 1000 || kept === undefined ? rdd : rdd.union(kept);
          }),
      }),
    );
    expect(union.cause).toBeInstanceOf(IllegalArgumentError);
    expect(union.message).toMatch(/another batch/);
    const returned = await failureOf(
      runBatches({
        batchDuration: seconds(1),
        inputs: [[[1], [2]]],
        executors,
        build: (_ssc, numbers) => {
          let first: RDD<number> | undefined;
          return numbers.transform((rdd) => {
            first ??= rdd;
            return first;
          });
        },
      }),
    );
    expect(returned.cause).toBeInstanceOf(IllegalArgumentError);
  });

  it("call an action in a step", async () => {
    const error = await failureOf(
      runBody(
        async (rdd, _time, { step }) => {
          await step("write", async () => console.log(await rdd.collect()));
        },
        { executors },
      ),
    );
    expect(error.cause).toBeInstanceOf(IllegalArgumentError);
    expect(error.message).toContain('foreachRDD-0 calls collect of foreachRDD-0/rdd-0 (#0) in step "write"');
  });

  it("give two steps one name", async () => {
    const error = await failureOf(
      runBody(
        async (_rdd, _time, { step }) => {
          await step("a", () => 1);
          await step("a", () => 2);
        },
        { executors },
      ),
    );
    expect(error.cause).toBeInstanceOf(IllegalArgumentError);
    expect(error.message).toContain('two steps named "a"');
  });
});

describe.each(places)("the token of foreachPartition, %s", (_place, executors) => {
  it("is the same for every attempt, and another for every partition, call, batch and operation", async () => {
    const world = new World();
    const tokens = new Map<string, Set<string>>();
    const attempts = new Map<string, number>();
    const app = program((ssc) => {
      const numbers = ssc.queueStream(
        [
          [1, 2],
          [3, 4],
        ],
        { numPartitions: 2 },
      );
      for (const output of ["x", "y"]) {
        numbers.foreachRDD(async (rdd) => {
          for (const call of [0, 1]) {
            await rdd.foreachPartition(([row], { token, partition, batchTime }) => {
              const place = `${output} ${call} ${partition} ${batchTime}`;
              tokens.set(place, (tokens.get(place) ?? new Set()).add(token));
              const attempt = (attempts.get(place) ?? 0) + 1;
              attempts.set(place, attempt);
              // The second fails twice, which the executor's attempts mend; the third also fails the body.
              if ((row === 2 && attempt < 3) || (row === 3 && attempt < 5)) throw new Error("away");
            });
          }
        });
      }
    });
    await world.run(app, { batches: 2, executors });
    expect(tokens.size).toBe(16);
    const all = [...tokens.values()].map((set) => [...set]);
    expect(all.every((set) => set.length === 1)).toBe(true);
    expect(new Set(all.flat()).size).toBe(16);
    expect(Math.max(...attempts.values())).toBeGreaterThanOrEqual(5);
  });
});

describe.each(places)("a transform body, %s", (_place, executors) => {
  it("may call actions on a stream with state, which is changed once", async () => {
    const calls: string[] = [];
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[["a", "b"], ["a"], [], ["c"]]],
      restartAfter: 3,
      executors,
      build: (_ssc, letters) =>
        letters
          .mapToPair((letter) => [letter, 1])
          .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
          .transform(async (rdd, time) => {
            const n = await rdd.count();
            const top = n > 2 ? await rdd.values().reduce((a, b) => Math.max(a, b)) : 0;
            calls.push(`${time.milliseconds} ${n} ${top}`);
            return rdd.mapValues((total) => [total, n, top]);
          }),
    });
    expect(out.map(({ values }) => sorted(values))).toEqual([
      [
        ["a", [1, 2, 0]],
        ["b", [1, 2, 0]],
      ],
      [
        ["a", [2, 2, 0]],
        ["b", [1, 2, 0]],
      ],
      [
        ["a", [2, 2, 0]],
        ["b", [1, 2, 0]],
      ],
      [
        ["a", [2, 3, 2]],
        ["b", [1, 3, 2]],
        ["c", [1, 3, 2]],
      ],
    ]);
    expect(new Set(calls)).toEqual(new Set(["1000 2 0", "2000 2 0", "3000 2 0", "4000 3 2"]));
  });

  it("leaves no state behind that belongs to no batch", async () => {
    const world = new World();
    const seen: Seen<[string, number]> = new Map();
    const app = program((ssc) => {
      const totals = ssc
        .queueStream([["a"], ["b"], ["a"]])
        .mapToPair((letter) => [letter, 1])
        .updateStateByKey<number>((ones, total = 0) => total + ones.length, { numPartitions: 1 })
        .transform(async (rdd) => ((await rdd.count()) > 0 ? rdd : rdd));
      observe(ssc, totals, seen);
    });
    await world.run(app, { batches: 3, executors });
    expect(sorted(seen.get(3000) ?? [])).toEqual([
      ["a", 2],
      ["b", 1],
    ]);
    expect(await world.table.query("job-test", "st/")).toHaveLength(3);
    expect(await world.blocks.list("job-test/sh/")).toEqual([]);
  });

  it("may use several actions of several transforms, one after the other", async () => {
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [[[1, 2, 3], [4]] as number[][]],
      executors,
      build: (_ssc, numbers) =>
        numbers
          .transform(async (rdd) => {
            const [n, max] = await Promise.all([rdd.count(), rdd.fold(0, Math.max)]);
            return rdd.map((value) => value + 10 * n + 100 * max);
          })
          .transform(async (rdd) => {
            const min = await rdd.reduce((a, b) => Math.min(a, b));
            return rdd.map((value) => value - min);
          }),
    });
    expect(out.map(({ values }) => values)).toEqual([[0, 1, 2], [0]]);
  });
});

describe("executors that outlive a driver", () => {
  it("do not take what an earlier attempt at a batch came to for the present one", async () => {
    const world = new World();
    const seen: Seen<number> = new Map();
    const factors: number[] = [];
    let nonce = 0;
    const app = program((ssc) => {
      const scaled = ssc.queueStream([[1, 2]], { numPartitions: 2 }).transform(async (rdd) => {
        // Not deterministic: another number each time that it is computed.
        const factor = await rdd.map(() => ++nonce).fold(0, Math.max);
        factors.push(factor);
        return rdd.map((n) => n * factor);
      });
      observe(ssc, scaled, seen);
    });
    const executors = [executor(world.ports, app), executor(world.ports, app)];
    const options = {
      batches: 1,
      executors: { count: 2, isolated: true },
      invoker: () => isolatedExecutors(executors),
    };
    const { table } = world;
    const broken = {
      ...world.ports,
      table: {
        get: table.get.bind(table),
        putIfAbsent: table.putIfAbsent.bind(table),
        delete: table.delete.bind(table),
        query: table.query.bind(table),
        update: (...[key, set, when]: Parameters<typeof table.update>) =>
          set.manifest === undefined || when.manifest === undefined
            ? table.update(key, set, when)
            : Promise.reject(new Error("no commit today")),
      },
    };
    await expect(world.run(app, { ...options, ports: broken })).rejects.toThrow("no commit today");
    const before = factors.at(-1) as number;
    await world.run(app, options);
    const factor = factors.at(-1) as number;
    expect(factor).toBeGreaterThan(before);
    expect([...seen]).toEqual([[1000, [factor, 2 * factor]]]);
  });
});
