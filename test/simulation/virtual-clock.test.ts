import fc from "fast-check";
import { IllegalArgumentError } from "../../shared/errors/index.js";
import { VirtualClock } from "../../shared/simulation/index.js";

describe("VirtualClock", () => {
  it("begins where it is told, and moves only when it is told", async () => {
    const clock = new VirtualClock({ start: 5000 });
    expect([clock.now(), clock.monotonic()]).toEqual([5000, 0]);
    let woken = false;
    const sleeping = clock.sleep(1000).then(() => {
      woken = true;
    });
    await clock.advance(999);
    expect([clock.now(), woken]).toEqual([5999, false]);
    await clock.advance(1);
    expect([clock.now(), clock.monotonic(), woken]).toEqual([6000, 1000, true]);
    await sleeping;
  });

  it("does not go back", async () => {
    const clock = new VirtualClock({ start: 1000 });
    await expect(clock.runUntil(999)).rejects.toThrow(IllegalArgumentError);
    await expect(clock.advance(-1)).rejects.toThrow(IllegalArgumentError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(IllegalArgumentError);
    await clock.runUntil(1000);
    expect(clock.now()).toBe(1000);
  });

  it.each([true, false])(
    "wakes sleepers in the order of time and of going to sleep (by itself: %p)",
    async (autoAdvance) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 30 }), async (naps) => {
          const clock = new VirtualClock({ autoAdvance });
          const woken: (readonly [number, number])[] = [];
          const sleeping = naps.map((ms, i) => clock.sleep(ms).then(() => woken.push([clock.now(), i])));
          if (!autoAdvance) await clock.runUntil(20);
          await Promise.all(sleeping);
          expect(woken).toEqual(naps.map((ms, i) => [ms, i] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]));
        }),
      );
    },
  );

  it.each([true, false])(
    "lets a woken task finish all it can before the next wakes (by itself: %p)",
    async (autoAdvance) => {
      const clock = new VirtualClock({ autoAdvance });
      const events: string[] = [];
      const task = async (name: string) => {
        await clock.sleep(10);
        for (let step = 0; step < 5; step++) {
          events.push(`${name}${step}`);
          await Promise.resolve();
        }
      };
      const both = Promise.all([task("a"), task("b")]);
      if (!autoAdvance) await clock.advance(10);
      await both;
      expect(events).toEqual(["a0", "a1", "a2", "a3", "a4", "b0", "b1", "b2", "b3", "b4"]);
    },
  );

  it("wakes those who go to sleep on the way", async () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    const ticking = (async () => {
      while (clock.now() < 100) {
        await clock.sleep(10);
        ticks.push(clock.now());
      }
    })();
    await clock.runUntil(55);
    expect([clock.now(), ticks]).toEqual([55, [10, 20, 30, 40, 50]]);
    await clock.advance(45);
    await ticking;
    expect(ticks).toHaveLength(10);
  });

  it("passes over those who were woken early", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    const controller = new AbortController();
    const early = Array.from({ length: 10 }, () => clock.sleep(500, controller.signal));
    const late = clock.sleep(1000);
    controller.abort();
    await Promise.all(early);
    expect(clock.now()).toBe(0);
    await late;
    expect(clock.now()).toBe(1000);
  });

  it("runs through days in moments", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    for (let hour = 0; hour < 1000; hour++) await clock.sleep(3_600_000);
    expect(clock.now()).toBe(3_600_000_000);
  });
});
