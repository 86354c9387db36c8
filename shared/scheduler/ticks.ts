/** When batches happen. Pure arithmetic on epoch milliseconds. */
import type { CatchUp } from "../streaming/index.js";

/** Zero time of a new application: the first tick is the next multiple of the interval strictly after now. */
export function firstZeroTime(now: number, interval: number): number {
  return Math.floor(now / interval) * interval;
}

/** Zero time after the interval was changed: batches go on at the next time aligned to the new interval. */
export function realignedZeroTime(lastTime: number, interval: number): number {
  return Math.floor(lastTime / interval) * interval;
}

/**
 * Time of the batch after `last`: the tick that follows it, or when several are due already and may be coalesced, the
 * newest of them, but never past a time at which a stream with one of the given slides has an RDD. May lie in the future.
 */
export function nextTime(
  zeroTime: number,
  interval: number,
  last: number | undefined,
  now: number,
  catchUp: CatchUp,
  slides: readonly number[] = [],
): number {
  const after = last ?? zeroTime;
  const next = zeroTime + (Math.floor((after - zeroTime) / interval) + 1) * interval;
  if (catchUp === "replay" || next > now) return next;
  const nextMultiple = (slide: number): number => zeroTime + (Math.floor((after - zeroTime) / slide) + 1) * slide;
  const newest = zeroTime + Math.floor((now - zeroTime) / interval) * interval;
  return Math.min(newest, ...slides.map(nextMultiple));
}
