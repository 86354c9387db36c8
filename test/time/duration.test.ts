import { IllegalArgumentError } from "../../shared/errors/index.js";
import { formatDuration, milliseconds, minutes, seconds } from "../../shared/time/index.js";

describe("making durations", () => {
  it.each([
    ["seconds(0.5)", seconds(0.5), 500],
    ["seconds(1.005), a product just below 1005", seconds(1.005), 1005],
    ["seconds(0.1 + 0.2)", seconds(0.1 + 0.2), 300],
    ["minutes(0.001)", minutes(0.001), 60],
    ["minutes(-1)", minutes(-1), -60_000],
    ["milliseconds(0)", milliseconds(0), 0],
  ])("%s", (_, duration, ms) => {
    expect(duration.milliseconds).toBe(ms);
  });

  it("has one zero", () => {
    expect(milliseconds(-0).milliseconds).toBe(0);
    expect(milliseconds(-5).times(0).milliseconds).toBe(0);
  });

  it.each([
    ["milliseconds(0.3)", () => milliseconds(0.3)],
    ["milliseconds(NaN)", () => milliseconds(Number.NaN)],
    ["seconds(Infinity)", () => seconds(Number.POSITIVE_INFINITY)],
    ["seconds(0.0001)", () => seconds(0.0001)],
    ["minutes(-Infinity)", () => minutes(Number.NEGATIVE_INFINITY)],
    ["minutes(1000000000000)", () => minutes(1e12)],
    ["seconds(10)", () => seconds("10" as unknown as number)],
    ["milliseconds(1)", () => milliseconds(1n as unknown as number)],
    ["seconds(undefined)", () => seconds(undefined as unknown as number)],
    ["1 ms times 0.5", () => milliseconds(1).times(0.5)],
  ])("rejects %s, naming it", (call, make) => {
    expect(make).toThrow(IllegalArgumentError);
    expect(make).toThrow(`${call} is not a whole number of milliseconds.`);
  });
});

describe("Duration", () => {
  it("cannot be changed", () => {
    const second = seconds(1);
    expect(() => Object.assign(second, { milliseconds: 2 })).toThrow(TypeError);
    expect(second.plus(second)).not.toBe(second);
  });

  it("compares and adds by operators", () => {
    expect(seconds(1) < milliseconds(1001)).toBe(true);
    expect(seconds(1) >= milliseconds(1001)).toBe(false);
    expect(Number(seconds(1)) + 1).toBe(1001);
    expect(`${seconds(1)}`).toBe("1000 ms");
  });

  it("compares equal durations", () => {
    const [a, b] = [seconds(1), milliseconds(1000)];
    expect([a.less(b), a.lessEq(b), a.greater(b), a.greaterEq(b), a.equals(b)]).toEqual([
      false,
      true,
      false,
      true,
      true,
    ]);
  });

  it("divides with a fraction, and never by zero", () => {
    expect(seconds(1).div(milliseconds(300))).toBeCloseTo(3.3333);
    expect(() => seconds(1).div(milliseconds(0))).toThrow(IllegalArgumentError);
    expect(() => seconds(1).isMultipleOf(milliseconds(0))).toThrow(IllegalArgumentError);
  });

  it("knows its divisors", () => {
    expect(seconds(1).isMultipleOf(milliseconds(300))).toBe(false);
    expect(milliseconds(-1000).isMultipleOf(milliseconds(500))).toBe(true);
    expect(milliseconds(0).isMultipleOf(seconds(1))).toBe(true);
  });

  it.each([
    [-5, "-5 ms"],
    [0, "0 ms"],
    [999, "999 ms"],
    [1000, "1.0 s"],
    [1050, "1.1 s"],
    [59_999, "60.0 s"],
    [60_000, "1.0 m"],
    [90_000, "1.5 m"],
    [3_600_000, "1.00 h"],
    [4_500_000, "1.25 h"],
  ])("prettyPrint of %d ms is %s", (ms, text) => {
    expect(milliseconds(ms).prettyPrint()).toBe(text);
  });

  it.each([
    [350, "0.4 s"],
    [1500, "2 s"],
    [90_000, "1.5 min"],
    [3_599_999, "60 min"],
    [5_400_000, "1.5 h"],
  ])("formatDuration of %d ms is %s", (ms, text) => {
    expect(formatDuration(milliseconds(ms))).toBe(text);
  });
});
