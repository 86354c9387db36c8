import fc from "fast-check";
import { IllegalArgumentError } from "../../shared/errors/index.js";
import { type Duration, Interval, milliseconds, seconds, Time } from "../../shared/time/index.js";

const at = (ms: number) => new Time(ms);

describe("Time", () => {
  it("takes whole milliseconds only, and cannot be changed", () => {
    expect(() => at(0.5)).toThrow("Time(0.5) is not a whole number of milliseconds.");
    expect(() => at(Number.NaN)).toThrow(IllegalArgumentError);
    expect(() => Object.assign(at(1), { milliseconds: 2 })).toThrow(TypeError);
  });

  it("minus tells times from durations, in types too", () => {
    const since: Duration = at(1000).minus(at(100));
    const before: Time = at(1000).minus(milliseconds(100));
    expect(since).toEqual(milliseconds(900));
    expect(before).toEqual(at(900));
    expect(at(100).minus(at(1000)).milliseconds).toBe(-900);
  });

  it("compares and prints by operators", () => {
    expect(at(999) < at(1000)).toBe(true);
    expect(at(1000) <= at(999)).toBe(false);
    expect(Number(at(1000)) + 1).toBe(1001);
    expect(`${at(1000)}`).toBe("1000 ms");
    expect(at(5).equals(at(5))).toBe(true);
  });

  it("floor goes toward zero for times before it, as Spark's", () => {
    expect(at(-350).floor(milliseconds(200)).milliseconds).toBe(-200);
    expect(at(100).floor(milliseconds(200), at(350)).milliseconds).toBe(150);
  });

  it("walks backwards with a negative step", () => {
    expect(at(300).until(at(0), milliseconds(-100)).map(Number)).toEqual([300, 200, 100]);
    expect(at(300).to(at(0), milliseconds(-100)).map(Number)).toEqual([300, 200, 100, 0]);
    expect(at(0).to(at(300), milliseconds(-100))).toEqual([]);
  });

  it.each([
    ["floor", () => at(1).floor(milliseconds(0))],
    ["isMultipleOf", () => at(1).isMultipleOf(milliseconds(0))],
    ["until", () => at(1).until(at(2), milliseconds(0))],
    ["to", () => at(1).to(at(2), milliseconds(0))],
  ])("%s does not take a duration of zero", (_, call) => {
    expect(call).toThrow(IllegalArgumentError);
  });

  it("floor is the last grid point at or before a time after zero", () => {
    const anyCase = fc.record({
      zero: fc.nat(10_000),
      after: fc.nat(100_000),
      step: fc.integer({ min: 1, max: 5_000 }),
    });
    fc.assert(
      fc.property(anyCase, ({ zero, after, step }) => {
        const floor = at(zero + after).floor(milliseconds(step), at(zero));
        expect(floor.minus(at(zero)).isMultipleOf(milliseconds(step))).toBe(true);
        expect(floor.milliseconds).toBeLessThanOrEqual(zero + after);
        expect(floor.milliseconds).toBeGreaterThan(zero + after - step);
      }),
    );
  });
});

describe("Interval", () => {
  const interval = (begin: number, end: number) => new Interval(at(begin), at(end));

  it("compares by the end, and only with its own duration", () => {
    const [early, late, longer] = [interval(1000, 3000), interval(2000, 4000), interval(1000, 4000)];
    expect([early.less(late), early.lessEq(late), early.greater(late), early.greaterEq(late)]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([early.less(early), early.lessEq(early), early.greater(early), early.greaterEq(early)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    for (const compare of ["less", "lessEq", "greater", "greaterEq"] as const) {
      expect(() => early[compare](longer)).toThrow(IllegalArgumentError);
    }
    expect(() => early.less(longer)).toThrow("last 2000 ms and 3000 ms");
    expect(early < late).toBe(true);
  });

  it("moves both ends and keeps its duration", () => {
    const moved = interval(1000, 3000).minus(milliseconds(500));
    expect(moved.equals(interval(500, 2500))).toBe(true);
    expect(moved.duration.equals(seconds(2))).toBe(true);
    expect(moved.toString()).toBe("[500 ms, 2500 ms]");
  });

  it("cannot be changed", () => {
    expect(() => Object.assign(interval(0, 1), { endTime: at(2) })).toThrow(TypeError);
  });
});
