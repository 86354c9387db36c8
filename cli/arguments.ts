/** Arguments of options, from text. What cannot be meant is refused with what could be. */
import { InvalidArgumentError } from "commander";
import { type Duration, milliseconds, minutes, seconds } from "../shared/index.js";

const UNITS = { ms: milliseconds, s: seconds, m: minutes } as const;
const AMOUNT = /^(\d+(?:\.\d+)?)(ms|s|m)?$/;

/**
 * `250ms`, `1s`, `1.5s`, `2m`.
 * @throws {InvalidArgumentError} for anything else, and for durations that are not whole milliseconds of at least one.
 */
export function parseDuration(text: string): Duration {
  const [, amount, unit] = AMOUNT.exec(text.trim()) ?? [];
  if (amount === undefined) throw new InvalidArgumentError("Durations look like 250ms, 1s, 1.5s or 2m.");
  if (unit === undefined)
    throw new InvalidArgumentError(`It has no unit: write ${amount}ms, ${amount}s or ${amount}m.`);
  const duration = wholeMilliseconds(Number(amount), unit as keyof typeof UNITS);
  if (duration === undefined) throw new InvalidArgumentError("Use whole milliseconds, at least 1ms.");
  return duration;
}

function wholeMilliseconds(amount: number, unit: keyof typeof UNITS): Duration | undefined {
  try {
    const duration = UNITS[unit](amount);
    return duration.isZero() ? undefined : duration;
  } catch {
    return undefined;
  }
}

/** @throws {InvalidArgumentError} unless the text is a whole number of at least 1. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError("Use a whole number of at least 1.");
}
