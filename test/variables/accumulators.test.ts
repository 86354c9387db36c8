import type { Accumulator, NumberAccumulator } from "../../shared/rdd/index.js";
import { run, WAYS } from "./programs.js";

const lines = [["1", "x", "2"], ["y", "z"], ["3"]];

describe.each(WAYS.map((way) => [JSON.stringify(way), way] as const))("accumulators, %s", (_name, way) => {
  it("count what tasks add exactly once", async () => {
    let bad: NumberAccumulator | undefined;
    let seen: Accumulator<string, readonly string[]> | undefined;
    let largest: Accumulator<number, number> | undefined;
    // The last batch before a restart does its outputs again, and sees the same.
    const inBodies = new Set<string>();
    await run(
      lines,
      (ssc, stream) => {
        const badLines = ssc.longAccumulator("bad");
        const words = ssc.collectionAccumulator<string>("seen");
        const max = ssc.accumulator<number, number>("largest", { zero: 0, add: Math.max, merge: Math.max });
        bad = badLines;
        seen = words;
        largest = max;
        const good = stream.filter((line) => {
          words.add(line);
          if (/\d/.test(line)) return true;
          badLines.add(1);
          return false;
        });
        const parsed = good.map(Number);
        // Shuffled on purpose: what comes after runs in another stage.
        const shuffled = parsed.repartition(2).map((n) => {
          max.add(n);
          return n;
        });
        shuffled.foreachRDD(async (_rdd, time, { step }) => {
          const total = badLines.value;
          await step("keep", () => {
            inBodies.add(`${time.milliseconds}: ${total}`);
          });
        });
        return shuffled;
      },
      way,
    );
    // Programs are built once a process; in tests with isolated executors the driver's is not the last one.
    expect([...inBodies]).toEqual(["1000: 1", "2000: 3", "3000: 3"]);
    if (!way.executors.isolated) {
      expect(bad?.value).toBe(3);
      expect(bad?.count).toBe(3);
      expect(bad?.avg).toBe(1);
      expect([...(seen?.value ?? [])].sort()).toEqual(["1", "2", "3", "x", "y", "z"]);
      expect(largest?.value).toBe(3);
    }
  });

  it("count what actions and bodies add, with the outputs", async () => {
    const totals = new Set<number>();
    await run(
      lines,
      (ssc, stream) => {
        const written = ssc.doubleAccumulator("written");
        stream.foreachRDD(async (rdd, _time, { step }) => {
          const before = written.value;
          await rdd.foreach(() => written.add(1));
          await rdd.foreachPartition(async (rows) => {
            await Promise.resolve();
            for (const _ of rows) written.add(0.5);
          });
          written.add(100);
          await step("keep", () => {
            totals.add(before);
          });
        });
        return stream;
      },
      way,
    );
    // What is added by outputs of a batch is in the total of the next: 3 × 1.5 + 100, and 2 × 1.5 + 100 more.
    expect([...totals]).toEqual([0, 104.5, 207.5]);
  });
});

describe("accumulators under failures", () => {
  it.each([{}, { count: 2, isolated: true }])("count only the attempt that was used (%p)", async (executors) => {
    const totals: number[] = [];
    let failures = 2;
    await run(
      [["a", "b"], ["c"]],
      (ssc, stream) => {
        const seen = ssc.longAccumulator("seen");
        const mapped = stream.map((line) => {
          seen.add(1);
          if (line === "b" && failures > 0) {
            failures -= 1;
            throw new Error(`attempt ${failures}`);
          }
          return line;
        });
        mapped.foreachRDD(async (_rdd, _time, { step }) => {
          const now = seen.value;
          await step("keep", () => {
            totals.push(now);
          });
        });
        return mapped;
      },
      { executors },
    );
    expect(failures).toBe(0);
    expect(totals).toEqual([2, 3]);
  });

  it("count an output operation that was tried again once", async () => {
    const totals: number[] = [];
    let failures = 2;
    await run(
      [["a", "b"], ["c"]],
      (ssc, stream) => {
        const sent = ssc.longAccumulator("sent");
        stream.foreachRDD(async (rdd, _time, { step }) => {
          const before = sent.value;
          await rdd.foreach(() => sent.add(1));
          if (failures > 0) {
            failures -= 1;
            throw new Error(`attempt ${failures}`);
          }
          await step("keep", () => {
            totals.push(before);
          });
        });
        return stream;
      },
      { executors: {} },
    );
    expect(totals).toEqual([0, 2]);
  });
});

describe("accumulators", () => {
  it("cannot be read by tasks, and add only what they are for", async () => {
    const mapping = (f: (acc: NumberAccumulator, n: number) => unknown) =>
      run(
        [[1]],
        (ssc, stream) => {
          const acc = ssc.longAccumulator("acc");
          return stream.map((n) => f(acc, n) as number);
        },
        { executors: {} },
      );
    await expect(mapping((acc) => acc.value)).rejects.toThrow(/read on the driver only/);
    await expect(mapping((acc) => acc.add(0.5))).rejects.toThrow(/adds integers, not 0.5/);
    await expect(
      run(
        [[1]],
        (ssc, stream) => {
          ssc.longAccumulator("early").add(1);
          return stream;
        },
        { executors: {} },
      ),
    ).rejects.toThrow(/counts with the batch's commit/);
  });
});
