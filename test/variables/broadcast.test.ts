import type { Broadcast } from "../../shared/rdd/index.js";
import { run, WAYS } from "./programs.js";

const numbers = [
  [1, 5, 9],
  [1, 5, 9],
  [1, 5, 9],
];

describe.each(WAYS.map((way) => [JSON.stringify(way), way] as const))("a broadcast variable, %s", (_name, way) => {
  it("is at hand in functions, and updated from the next planned batch on, over restarts too", async () => {
    const out = await run(
      numbers,
      (ssc, stream) => {
        const limit = ssc.broadcast("limit", { atLeast: 5 });
        stream.foreachRDD(async (_rdd, time, { step }) => {
          await step("raise", () => {
            if (time.milliseconds === 1000) limit.update({ atLeast: 9 });
          });
        });
        return stream.filter((n) => n >= limit.value.atLeast);
      },
      way,
    );
    expect(out[0]).toEqual([5, 9]);
    expect(out[2]).toEqual([9]);
  });

  it("is the same for all actions of a batch, in transform bodies and in asynchronous functions", async () => {
    const seen = new Set<string>();
    await run(
      numbers,
      (ssc, stream) => {
        const factor = ssc.broadcast("factor", () => 10);
        const scaled = stream.transform((rdd) => {
          const now = factor.value;
          return rdd.map((n) => n * now);
        });
        scaled.foreachRDD(async (rdd, time, { step }) => {
          const first = await rdd.map((n) => n / factor.value).collect();
          await step("update", () => factor.update(factor.value * 2));
          const second = await rdd.map((n) => n / factor.value).collect();
          await rdd.foreachPartition(async (rows) => {
            await Promise.resolve();
            if (rows.some((n) => !Number.isInteger(n / factor.value))) throw new Error("another value");
          });
          await step("keep", () => {
            seen.add(`${time.milliseconds} ${first.join()} ${second.join()}`);
          });
        });
        return scaled;
      },
      way,
    );
    expect([...seen]).toEqual(["1000 1,5,9 1,5,9", "2000 1,5,9 1,5,9", "3000 1,5,9 1,5,9"]);
  });
});

describe("a broadcast variable", () => {
  it("takes a new value that the program gives, and keeps an updated one that it does not contradict", async () => {
    let given = "a";
    const program = async (restart: () => void): Promise<string[][]> => {
      let builds = 0;
      return run(
        [["x"], ["x"]],
        (ssc, stream) => {
          builds += 1;
          if (builds > 1) restart();
          const value = ssc.broadcast("value", given);
          return stream.map(() => value.value);
        },
        { executors: {}, restartAfter: 1 },
      );
    };
    expect(await program(() => {})).toEqual([["a"], ["a"]]);
    expect(
      await program(() => {
        given = "b";
      }),
    ).toEqual([["a"], ["b"]]);
  });

  it("cannot be updated by tasks, and must be able to travel", async () => {
    const updating = run(
      [[1]],
      (ssc, stream) => {
        const value = ssc.broadcast("value", 1);
        return stream.map((n) => {
          value.update(n);
          return n;
        });
      },
      { executors: {} },
    );
    await expect(updating).rejects.toThrow(/updated on the driver only/);
    const functions = run(
      [[1]],
      (ssc, stream) => {
        ssc.broadcast("f", { f: () => 1 });
        return stream;
      },
      { executors: {} },
    );
    await expect(functions).rejects.toThrow(/function/);
    const twice = run(
      [[1]],
      (ssc, stream) => {
        ssc.broadcast("x", 1);
        ssc.broadcast("x", 2);
        return stream;
      },
      {
        executors: {},
      },
    );
    await expect(twice).rejects.toThrow(/names must be unique/);
  });

  it("can be read outside of batches", async () => {
    let outside: Broadcast<number> | undefined;
    await run(
      [[1]],
      (ssc, stream) => {
        outside ??= ssc.broadcast("n", 7);
        return stream;
      },
      { executors: {} },
    ).catch(() => {});
    expect(outside?.value).toBe(7);
  });
});
