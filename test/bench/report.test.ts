import { allOf, atMost, fractionOfSpark, timesSpark } from "../../bench/harness/goals.mjs";
import { reported } from "../../bench/harness/report.mjs";

const row = { id: "x", work: "work", unit: "ms", goal: timesSpark(3), figure: "p50Ms" };
const runs = (values: readonly number[], checksum = 7) => values.map((p50Ms) => ({ p50Ms, checksum }));

describe("the report of a row", () => {
  it("compares run by run, and shows the spread of the ratio", () => {
    const measured = { sluice: runs([10, 20, 10]), spark: runs([40, 50, 90]), limit: runs([5, 6, 7]) };
    expect(reported(row, measured)).toMatchObject({
      sluice: 10,
      spark: 50,
      limit: 6,
      ratio: 4,
      spread: [2.5, 9],
      met: true,
      differs: null,
    });
  });

  it("does not count when the sides differ", () => {
    const measured = { sluice: runs([10]), spark: runs([100], 8), limit: [] };
    expect(reported(row, measured)).toMatchObject({ ratio: null, spread: null, met: false, differs: "checksum" });
  });

  it("does not say that a goal is met that Spark is needed for", () => {
    const measured = { sluice: runs([10]), spark: [], limit: [] };
    expect(reported(row, measured)).toMatchObject({ spark: null, ratio: null, spread: null, met: null });
    const both = allOf("both", atMost(250, "ms"), timesSpark(1));
    expect(reported({ ...row, goal: both }, measured).met).toBeNull();
    expect(reported({ ...row, goal: atMost(250, "ms") }, measured).met).toBe(true);
    expect(reported({ ...row, goal: fractionOfSpark(20) }, { ...measured, spark: runs([199]) }).met).toBe(false);
  });
});
