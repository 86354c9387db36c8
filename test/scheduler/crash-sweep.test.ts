/** A process that dies, or whose calls fail, at any point, and another one that goes on from what is left. */
import fc from "fast-check";
import type { RunOptions } from "../engine/world.js";
import type { Fault } from "./interrupted.js";
import { Life } from "./life.js";

async function liveThrough(
  crashes: readonly (readonly [number, Fault])[],
  executors: RunOptions["executors"],
): Promise<number> {
  const life = new Life();
  await life.prepare();
  let calls = 0;
  for (const [n, fault] of crashes) calls = await life.process(executors, n, fault);
  await life.process(executors, Number.POSITIVE_INFINITY, "die before");
  await life.expectExact();
  return calls;
}

const faults: readonly Fault[] = ["die before", "die after", "fail before", "fail after"];

/** Lives through a fault at each port call of a process; which fault it is may depend on the call. */
async function sweep(faultAt: (n: number) => Fault, executors: RunOptions["executors"]): Promise<void> {
  for (let n = 1; ; n++) {
    const fault = faultAt(n);
    const calls = await liveThrough([[n, fault]], executors).catch((error: unknown) => {
      throw new Error(`${fault} call ${n}`, { cause: error });
    });
    if (calls >= n) continue;
    // The process ended well before its fault.
    expect(calls).toBeGreaterThan(40);
    return;
  }
}

describe("an application in one process", () => {
  it("is exact when nothing happens", async () => {
    await liveThrough([], {});
  });

  it.each(faults)("is exact when it is to %s any one port call", async (fault) => {
    await sweep(() => fault, {});
  });
});

describe("an application on two isolated executors", () => {
  const executors = { count: 2, isolated: true };

  it("is exact when nothing happens", async () => {
    await liveThrough([], executors);
  });

  // All four faults at each of its many calls would take too long; neighbours get different ones.
  it("is exact when it dies or fails at any one port call", async () => {
    await sweep((n) => faults[n % faults.length] as Fault, executors);
  });
});

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe(`an application whose processes die again and again (SEED=${seed})`, () => {
  it("is exact", async () => {
    const crash = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom(...faults));
    const executors = fc.record({ count: fc.integer({ min: 1, max: 2 }), isolated: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { minLength: 2, maxLength: 6 }), executors, async (crashes, where) => {
        await liveThrough(crashes, where);
      }),
      { seed, numRuns: 100 },
    );
  });
});
