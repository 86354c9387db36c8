import fc from "fast-check";
import { seconds } from "../../shared/index.js";
import { firstZeroTime, nextTime, realignedZeroTime } from "../../shared/scheduler/ticks.js";
import { observe, program, type Seen, World } from "../engine/world.js";

describe("ticks", () => {
  it.each([
    [0, 0],
    [1, 0],
    [999, 0],
    [1000, 1000],
    [1_700_000_000_123, 1_700_000_000_000],
  ])("begin with the next multiple of the interval strictly after %s", (now, zero) => {
    expect(firstZeroTime(now, 1000)).toBe(zero);
    expect(nextTime(zero, 1000, undefined, now, "coalesce")).toBe(zero + 1000);
    expect(nextTime(zero, 1000, undefined, now, "replay")).toBe(zero + 1000);
  });

  it.each([
    ["the next one is not due", 5000, 5999, 6000, 6000],
    ["the next one is due", 5000, 6000, 6000, 6000],
    ["several are due", 5000, 9500, 6000, 9000],
    ["several are due, the last one just now", 5000, 9000, 6000, 9000],
    ["the clock went back", 5000, 2000, 6000, 6000],
  ])("follow the last batch when %s", (_when, last, now, replayed, coalesced) => {
    expect(nextTime(0, 1000, last, now, "replay")).toBe(replayed);
    expect(nextTime(0, 1000, last, now, "coalesce")).toBe(coalesced);
  });

  it("are coalesced no further than to the next time at which a stream with a longer slide has an RDD", () => {
    expect(nextTime(0, 1000, 5000, 9500, "coalesce", [4000])).toBe(8000);
    expect(nextTime(0, 1000, 5000, 9500, "coalesce", [4000, 3000])).toBe(6000);
    expect(nextTime(0, 1000, 8000, 9500, "coalesce", [4000])).toBe(9000);
    expect(nextTime(500, 1000, 4500, 9700, "coalesce", [4000])).toBe(8500);
  });

  it.each([
    ["longer", 7000, 2000, 8000],
    ["longer, and the last batch is on it", 8000, 2000, 10_000],
    ["shorter", 7000, 400, 7200],
    ["no divisor", 7000, 1500, 7500],
  ])("go on with a changed interval at its next aligned time: %s", (_how, last, interval, next) => {
    const zero = realignedZeroTime(last, interval);
    expect(nextTime(zero, interval, last, last, "coalesce")).toBe(next);
  });

  it("grow, are on the grid, and none is later than the next one and now", () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 1, max: 5000 }),
        fc.nat(1e6),
        fc.nat(2e6),
        fc.constantFrom("coalesce", "replay"),
        (start, interval, after, now, catchUp) => {
          const zero = firstZeroTime(start, interval);
          const last = zero + after;
          const next = nextTime(zero, interval, last, now, catchUp as "coalesce");
          expect(next).toBeGreaterThan(last);
          expect((next - zero) % interval).toBe(0);
          expect(next).toBeLessThanOrEqual(Math.max(now, last + interval));
        },
      ),
    );
  });
});

describe("a driver", () => {
  const numbers = [[1], [2], [3], [4], [5], [6]];
  const app = (seen: Seen<number>, options: Parameters<typeof program>[1] = {}) =>
    program((ssc) => observe(ssc, ssc.queueStream(numbers), seen), options);

  it.each([
    ["replays ticks that it missed one by one", "replay", [1000, 2000, 3000, 4000]],
    ["has one batch for all ticks that it missed", "coalesce", [1000, 2000, 7000, 8000]],
  ] as const)("%s", async (_what, catchUp, times) => {
    const world = new World();
    const seen: Seen<number> = new Map();
    await world.run(app(seen, { catchUp }), { batches: 2 });
    await world.clock.sleep(5500);
    await world.run(app(seen, { catchUp }), { batches: 2 });
    expect([...seen.keys()]).toEqual(times);
    expect([...seen.values()].flat()).toEqual([1, 2, 3, 4]);
  });

  it("goes on with another interval", async () => {
    const world = new World();
    const seen: Seen<number> = new Map();
    await world.run(app(seen), { batches: 3 });
    await world.run(app(seen, { batchDuration: seconds(2) }), { batches: 2 });
    await world.run(app(seen, { batchDuration: seconds(1) }), { batches: 1 });
    expect([...seen.keys()]).toEqual([1000, 2000, 3000, 4000, 6000, 7000]);
    expect([...seen.values()].flat()).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
