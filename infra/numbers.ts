import { IllegalArgumentError } from "../shared/errors/index.js";

/**
 * A property that counts something.
 * @throws {IllegalArgumentError} when it is not a whole number from `least` to `most`.
 */
export function wholeNumber(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new IllegalArgumentError(`${name} must be a whole number ${range}, not ${String(value)}.`, { name, value });
}
