import { Duration } from "./duration.js";
import { wholeMilliseconds } from "./whole-milliseconds.js";

/**
 * A duration of so many milliseconds.
 *
 * @throws {IllegalArgumentError} when `amount` is not a whole number
 * @example
 * streamingApp("word-count", { batchDuration: milliseconds(500) }, build);
 */
export function milliseconds(amount: number): Duration {
  return new Duration(wholeMilliseconds(amount, 1, `milliseconds(${String(amount)})`));
}

/**
 * A duration of so many seconds; fractions are fine down to the millisecond.
 *
 * @throws {IllegalArgumentError} when the result is not a whole number of milliseconds
 * @example
 * seconds(0.5).milliseconds; // 500
 */
export function seconds(amount: number): Duration {
  return new Duration(wholeMilliseconds(amount, 1000, `seconds(${String(amount)})`));
}

/**
 * A duration of so many minutes; fractions are fine down to the millisecond.
 *
 * @throws {IllegalArgumentError} when the result is not a whole number of milliseconds
 * @example
 * minutes(2).milliseconds; // 120000
 */
export function minutes(amount: number): Duration {
  return new Duration(wholeMilliseconds(amount, 60_000, `minutes(${String(amount)})`));
}
