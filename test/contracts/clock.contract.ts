import type { Clock } from "../../shared/ports/index.js";
import type { Subject } from "./subject.js";

/** What every clock does that moves by itself. */
export function describeClock(name: string, make: () => Promise<Subject<Clock>>): void {
  describe(`clock: ${name}`, () => {
    let clock: Clock;
    let close: () => Promise<void>;

    beforeAll(async () => {
      const made = await make();
      clock = made.subject;
      close = () => made.close();
    });
    afterAll(() => close());

    it("sleeps as long as it is told, by both its times", async () => {
      const [wall, monotonic] = [clock.now(), clock.monotonic()];
      await clock.sleep(30);
      expect(clock.monotonic() - monotonic).toBeGreaterThanOrEqual(30);
      expect(clock.now() - wall).toBeGreaterThanOrEqual(29);
    });

    it("does not sleep for no time or less", async () => {
      const before = clock.monotonic();
      for (let i = 0; i < 100; i++) await clock.sleep(i % 2 === 0 ? 0 : -1000);
      expect(clock.monotonic() - before).toBeLessThan(500);
    });

    it("never goes back", async () => {
      let last = clock.monotonic();
      for (let i = 0; i < 20; i++) {
        await clock.sleep(1);
        expect(clock.monotonic()).toBeGreaterThanOrEqual(last);
        last = clock.monotonic();
      }
    });

    it("wakes sleepers in the order of their times", async () => {
      const woken: number[] = [];
      await Promise.all([90, 30, 60].map((ms) => clock.sleep(ms).then(() => woken.push(ms))));
      expect(woken).toEqual([30, 60, 90]);
    });

    it("wakes a sleeper whose signal aborts, without error", async () => {
      const before = clock.monotonic();
      const controller = new AbortController();
      const long = clock.sleep(60_000, controller.signal);
      await clock.sleep(5);
      controller.abort();
      await long;
      expect(clock.monotonic() - before).toBeLessThan(30_000);
    });

    it("does not sleep when the signal has aborted already", async () => {
      const before = clock.monotonic();
      await clock.sleep(60_000, AbortSignal.abort());
      expect(clock.monotonic() - before).toBeLessThan(30_000);
    });

    it("is not disturbed by a signal that aborts after the sleep", async () => {
      const controller = new AbortController();
      await clock.sleep(1, controller.signal);
      controller.abort();
      await clock.sleep(1);
    });
  });
}
