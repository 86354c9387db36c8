/** When batches happen: the arithmetic, and the driver on a clock that a test moves by hand. */
import { milliseconds, type StreamingContext } from "../../shared/index.js";
import { firstZeroTime, nextTime, realignedZeroTime } from "../../shared/scheduler/ticks.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { program, World } from "../engine/world.js";

describe("the first batch", () => {
  it.each([
    [0, 100, 100],
    [1, 100, 100],
    [99, 100, 100],
    [100, 100, 200],
    [12_345, 1000, 13_000],
  ])("of an application started at %d ms with interval %d ms is at %d ms (fact timer.start)", (now, period, first) => {
    const zero = firstZeroTime(now, period);
    expect(zero).toBe(first - period);
    expect(first).toBe((Math.floor(now / period) + 1) * period);
    expect(nextTime(zero, period, undefined, now, "coalesce")).toBe(first);
    expect(nextTime(zero, period, undefined, now, "replay")).toBe(first);
  });

  it.each([
    [50, 100, 250, 150, 350],
    [0, 100, 1000, 900, 1100],
  ])(
    "after a recovery keeps the raster: zero %d, interval %d, now %d, last %d: %d (fact timer.start)",
    (zero, period, now, last, next) => {
      expect(next).toBe((Math.floor((now - zero) / period) + 1) * period + zero);
      // Nothing is due any more once the newest tick has been taken.
      const newest = nextTime(zero, period, last, now, "coalesce");
      expect(nextTime(zero, period, newest, now, "coalesce")).toBe(next);
      expect(nextTime(zero, period, last, now, "replay")).toBe(last + period);
    },
  );

  it("with another interval is at the next time aligned to that", () => {
    const zero = realignedZeroTime(12_500, 2000);
    expect(nextTime(zero, 2000, 12_500, 12_600, "coalesce")).toBe(14_000);
  });
});

describe("late ticks", () => {
  it("are one batch, but for times at which a longer slide is due", () => {
    expect(nextTime(0, 100, 200, 950, "coalesce")).toBe(900);
    expect(nextTime(0, 100, 200, 950, "coalesce", [400])).toBe(400);
    expect(nextTime(0, 100, 400, 950, "coalesce", [400])).toBe(800);
    expect(nextTime(0, 100, 800, 950, "coalesce", [400])).toBe(900);
    expect(nextTime(0, 100, 900, 950, "coalesce", [400])).toBe(1000);
  });

  it("are one batch each when they are replayed", () => {
    const times: number[] = [];
    for (let last = 200; last < 900; last = times.at(-1) as number) times.push(nextTime(0, 100, last, 950, "replay"));
    expect(times).toEqual([300, 400, 500, 600, 700, 800, 900]);
  });
});

describe("a driver on the clock", () => {
  /** A world whose time moves only when told. */
  class Still extends World {
    override readonly clock = new VirtualClock();
  }

  async function started() {
    const world = new Still();
    const times: number[] = [];
    const build = (ssc: StreamingContext): void => ssc.queueStream([[1]]).foreachRDD(() => {});
    const driver = world.driver(program(build, { batchDuration: milliseconds(100) }), {
      listener: { onBatchCommitted: ({ time }) => void times.push(time) },
    });
    const ended = driver.run();
    await world.clock.advance(0);
    return { world, times, driver, ended };
  }

  const settle = async (): Promise<void> => {
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
  };

  it("runs a batch at each tick (fact timer.basic)", async () => {
    const { world, times, driver, ended } = await started();
    await settle();
    expect(times).toEqual([]);
    await world.clock.advance(99);
    await settle();
    expect(times).toEqual([]);
    await world.clock.advance(1);
    await settle();
    expect(times).toEqual([100]);
    await world.clock.advance(200);
    await settle();
    expect(times).toEqual([100, 200, 300]);
    driver.stop(false);
    await ended;
    expect(times).toEqual([100, 200, 300]);
  });

  it("ends a sleep at once when it is stopped, and does not wait for another tick", async () => {
    const { world, times, driver, ended } = await started();
    driver.stop(true);
    await ended;
    expect(world.clock.now()).toBe(0);
    // What has arrived by now is taken, until a batch finds nothing.
    expect(times).toEqual([100, 200]);
  });
});
