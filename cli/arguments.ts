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
  return wholeNumber(text, 1);
}

/** @throws {InvalidArgumentError} unless the text is a whole number of at least 0. */
export function parseSize(text: string): number {
  return wholeNumber(text, 0);
}

function wholeNumber(text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw new InvalidArgumentError(`Use a whole number of at least ${least}.`);
}

/**
 * `http://127.0.0.1:4566`; without a path. `localhost` becomes 127.0.0.1: some clients would look for `bucket.localhost`.
 * @throws {InvalidArgumentError} for anything else.
 */
export function parseUrl(text: string): string {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError("Endpoints look like http://127.0.0.1:4566.");
  }
  const url = new URL(text);
  if (url.hostname === "localhost") url.hostname = "127.0.0.1";
  return url.href.replace(/\/$/, "");
}

/** @throws {InvalidArgumentError} unless the text is a port; 0 is any. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError("Ports are whole numbers from 0 (any) to 65535.");
}
