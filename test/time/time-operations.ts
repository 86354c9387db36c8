import { Duration, Interval, milliseconds, minutes, seconds, Time } from "../../shared/time/index.js";

/** A number of milliseconds, or the two of an interval. */
export type Argument = number | readonly [begin: number, end: number];

/** One operation of the time tables: from the row's arguments to the value the row expects. */
export type Operation = (...args: never[]) => unknown;

const time = (ms: number) => new Time(ms);
const interval = ([begin, end]: readonly [number, number]) => new Interval(time(begin), time(end));

/** Operations of two operands of one class that answer with a boolean or one of the two. */
function comparisons<A, V extends Record<"less" | "lessEq" | "greater" | "greaterEq" | "equals", (that: V) => unknown>>(
  make: (argument: A) => V,
) {
  return {
    less: (a: A, b: A) => make(a).less(make(b)),
    lessEq: (a: A, b: A) => make(a).lessEq(make(b)),
    greater: (a: A, b: A) => make(a).greater(make(b)),
    greaterEq: (a: A, b: A) => make(a).greaterEq(make(b)),
    equals: (a: A, b: A) => make(a).equals(make(b)),
  };
}

/** Type and operation, by the names the tables use, to a call of the public API. */
export const TIME_OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  Duration: {
    ...comparisons(milliseconds),
    plus: (a: number, b: number) => milliseconds(a).plus(milliseconds(b)),
    minus: (a: number, b: number) => milliseconds(a).minus(milliseconds(b)),
    times: (a: number, factor: number) => milliseconds(a).times(factor),
    div: (a: number, b: number) => milliseconds(a).div(milliseconds(b)),
    isMultipleOf: (a: number, b: number) => milliseconds(a).isMultipleOf(milliseconds(b)),
    min: (a: number, b: number) => milliseconds(a).min(milliseconds(b)),
    max: (a: number, b: number) => milliseconds(a).max(milliseconds(b)),
    isZero: (a: number) => milliseconds(a).isZero(),
    milliseconds: (a: number) => milliseconds(a).milliseconds,
    prettyPrint: (a: number) => milliseconds(a).prettyPrint(),
    toString: (a: number) => milliseconds(a).toString(),
    Milliseconds: (n: number) => milliseconds(n),
    Seconds: (n: number) => seconds(n),
    Minutes: (n: number) => minutes(n),
  },
  Time: {
    ...comparisons(time),
    plus: (a: number, b: number) => time(a).plus(milliseconds(b)),
    minusTime: (a: number, b: number) => time(a).minus(time(b)),
    minusDuration: (a: number, b: number) => time(a).minus(milliseconds(b)),
    floor: (a: number, step: number, zero?: number) =>
      zero === undefined ? time(a).floor(milliseconds(step)) : time(a).floor(milliseconds(step), time(zero)),
    isMultipleOf: (a: number, step: number) => time(a).isMultipleOf(milliseconds(step)),
    until: (a: number, end: number, step: number) => time(a).until(time(end), milliseconds(step)),
    to: (a: number, end: number, step: number) => time(a).to(time(end), milliseconds(step)),
    min: (a: number, b: number) => time(a).min(time(b)),
    max: (a: number, b: number) => time(a).max(time(b)),
    milliseconds: (a: number) => time(a).milliseconds,
    toString: (a: number) => time(a).toString(),
  },
  Interval: {
    ...comparisons(interval),
    plus: (a: readonly [number, number], b: number) => interval(a).plus(milliseconds(b)),
    minus: (a: readonly [number, number], b: number) => interval(a).minus(milliseconds(b)),
    duration: (a: readonly [number, number]) => interval(a).duration,
    toString: (a: readonly [number, number]) => interval(a).toString(),
  },
};

/** A result as the tables write it: milliseconds for durations and times, a pair of them for intervals. */
export function plain(result: unknown): unknown {
  if (result instanceof Duration || result instanceof Time) return result.milliseconds;
  if (result instanceof Interval) return [result.beginTime.milliseconds, result.endTime.milliseconds];
  return Array.isArray(result) ? result.map(plain) : result;
}
