import { verdictOf } from "../../cli/console/page/logic/verdict.js";
import { SyntheticSource } from "./synthetic-source.js";

const from = 1_790_000_000_000;
const appOf = (millis: (index: number) => number) => new SyntheticSource({ batches: 40, from, millis }).app();
const keeping = appOf(() => 200);

describe("the verdict", () => {
  it("says that an application keeps up, and how much is left", () => {
    const { level, title, reasons } = verdictOf(keeping);
    expect([level, title]).toEqual(["good", "Keeping up"]);
    expect(reasons.join(" ")).toBe(
      "A batch takes 200 ms of its 1 s interval (20 %). Reading is at the tip of its input.",
    );
  });

  it("warns before it is too late", () => {
    expect(verdictOf(appOf(() => 900))).toMatchObject({ level: "warn", title: "Barely keeping up" });
  });

  it("says that one falls behind, by how much, and what waits", () => {
    const behind = appOf(() => 1600);
    const { level, title, reasons } = verdictOf({ ...behind, batches: { ...behind.batches, waiting: 3 } });
    expect([level, title]).toEqual(["bad", "Falling behind"]);
    expect(reasons[0]).toContain("1.60 s of its 1 s interval (160 %)");
    expect(reasons[1]).toMatch(/^Batches begin \d+\.\d s late\.$/);
    expect(reasons[2]).toBe("3 batches are waiting.");
    expect(reasons[3]).toMatch(/^Reading lags \d+\.\d s behind\.$/);
  });

  it("tells an end from a fault, and a fault from silence", () => {
    const error = { name: "E", message: "Batch 1 failed\nmore", causes: [] };
    expect(verdictOf({ ...keeping, state: "failed", error }, false)).toEqual({
      level: "bad",
      title: "Failed",
      reasons: ["Batch 1 failed"],
    });
    expect(verdictOf({ ...keeping, state: "ended" }, false).title).toBe("Ended");
    expect(verdictOf(keeping, false)).toMatchObject({ level: "none", title: "Not connected" });
    expect(verdictOf({ ...keeping, state: "idle" }).title).toBe("Idle");
    expect(verdictOf(new SyntheticSource({ batches: 0, from }).app()).title).toBe("No batch yet");
  });
});
