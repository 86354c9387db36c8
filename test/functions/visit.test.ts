import { RESERVE_MILLIS, TICK_MILLIS, usableMillis, visitOf } from "../../functions/visit.js";

describe("a visit", () => {
  it.each([100, 1000, 59_999])("lasts as long as it may with batches every %d ms, and hands over", (batchDuration) => {
    for (const hasBatches of [true, false]) {
      expect(visitOf({ batchDuration, hasBatches }, 840_000)).toEqual({ leaveAfterMillis: 840_000, handsOver: true });
    }
  });

  it.each([TICK_MILLIS, 300_000, 3_600_000])("waits for next to nothing with batches every %d ms", (batchDuration) => {
    const { leaveAfterMillis, handsOver } = visitOf({ batchDuration, hasBatches: true }, 840_000);
    expect(handsOver).toBe(false);
    expect(leaveAfterMillis).toBeLessThanOrEqual(5_000);
  });

  it("waits for a first batch until the next tick has certainly come", () => {
    const visit = visitOf({ batchDuration: 300_000, hasBatches: false }, 840_000);
    expect(visit).toEqual({ leaveAfterMillis: TICK_MILLIS + 5_000, handsOver: false });
  });

  it("never lasts longer than what can be used", () => {
    for (const hasBatches of [true, false]) {
      expect(visitOf({ batchDuration: 60_000, hasBatches }, 1_000).leaveAfterMillis).toBe(1_000);
    }
  });

  it("keeps a reserve, but never more than half", () => {
    expect(usableMillis(900_000)).toBe(900_000 - RESERVE_MILLIS);
    expect(usableMillis(30_000)).toBe(15_000);
    expect(usableMillis(0)).toBe(0);
  });
});
