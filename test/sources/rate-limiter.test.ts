import { IllegalArgumentError } from "../../shared/errors/index.js";
import { VirtualClock } from "../../shared/simulation/index.js";
import { RateLimiter } from "../../shared/sources/index.js";

const never = new AbortController().signal;

describe("RateLimiter", () => {
  it.each([
    [undefined, 105],
    [110, 105],
    [100, 100],
  ])("with maxRate %p and an update to 105 lets %p records a second pass (fact rate.limiter)", (maxRate, limit) => {
    const limiter = new RateLimiter(new VirtualClock(), maxRate);
    limiter.updateRate(105);
    expect(limiter.limit).toBe(limit);
  });

  it.each([0, -1, Number.NaN])("ignores an update to %p (fact rate.limiterIgnores)", (rate) => {
    const limiter = new RateLimiter(new VirtualClock(), 100);
    limiter.updateRate(rate);
    expect(limiter.limit).toBe(100);
  });

  it.each([0, -5, Number.NaN])("cannot be made with a rate of %p", (rate) => {
    expect(() => new RateLimiter(new VirtualClock(), rate)).toThrow(IllegalArgumentError);
  });

  it("spreads records over time and saves nothing up", async () => {
    const clock = new VirtualClock({ autoAdvance: true });
    const limiter = new RateLimiter(clock, 100);
    expect(limiter.portion).toBe(20);
    const times: number[] = [];
    for (let i = 0; i < 4; i++) {
      await limiter.acquire(limiter.portion, never);
      times.push(clock.now());
    }
    expect(times).toEqual([0, 200, 400, 600]);
    await clock.sleep(3_600_000);
    const hourLater = clock.now();
    await limiter.acquire(20, never);
    await limiter.acquire(20, never);
    expect(clock.now()).toBe(hourLater + 200);
  });

  it("lets everything pass at once without a limit", async () => {
    const limiter = new RateLimiter(new VirtualClock());
    for (let i = 0; i < 10; i++) await limiter.acquire(1_000_000, never);
  });

  it("does not hold up an end", async () => {
    const end = new AbortController();
    const limiter = new RateLimiter(new VirtualClock(), 1);
    await limiter.acquire(100, end.signal);
    const held = limiter.acquire(1, end.signal);
    end.abort();
    await held;
  });
});
