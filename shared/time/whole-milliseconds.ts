import { IllegalArgumentError } from "../errors/index.js";

/**
 * `amount` × `unit` as a whole number of milliseconds.
 *
 * `call` is how the error names what the user wrote. A product that misses a whole number only by the rounding of
 * floating point is that number: `seconds(1.005)` is 1005 ms, although 1.005 * 1000 is 1004.9999999999999.
 *
 * @throws {IllegalArgumentError} when the result is not a whole, finite number
 */
export function wholeMilliseconds(amount: number, unit: number, call: string): number {
  const milliseconds = typeof amount === "number" ? amount * unit : Number.NaN;
  const whole = Math.round(milliseconds);
  if (!Number.isSafeInteger(whole) || Math.abs(milliseconds - whole) > 4 * Number.EPSILON * Math.abs(whole)) {
    throw new IllegalArgumentError(`${call} is not a whole number of milliseconds.`, { amount, unit });
  }
  return whole + 0; // −0 + 0 is 0
}
