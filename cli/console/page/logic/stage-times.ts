/** When stages and calls ran, from their attempts. */
import type { AttemptRecord, CallRecord, StageRecord } from "../../../../shared/checkpoint/batch-stats.js";

export interface Span {
  readonly from: number;
  readonly to: number;
}

export function spanLength({ from, to }: Span): number {
  return Math.max(0, to - from);
}

/** From the beginning of the first attempt to the end of the last one that mattered. */
export function spanOf(attempts: readonly AttemptRecord[]): Span | undefined {
  const counted = attempts.filter(({ outcome }) => outcome !== "abandoned");
  const of = counted.length > 0 ? counted : attempts;
  if (of.length === 0) return undefined;
  return {
    from: of.reduce((min, { startedAt }) => Math.min(min, startedAt), Infinity),
    to: of.reduce((max, { startedAt, millis }) => Math.max(max, startedAt + millis), -Infinity),
  };
}

/** Absent for a stage that ran inside the call of another. */
export function stageSpan(stage: StageRecord): Span | undefined {
  return spanOf(stage.calls.flatMap(({ attempts }) => attempts));
}

export function callMillis(call: CallRecord): number {
  const span = spanOf(call.attempts);
  return span === undefined ? 0 : spanLength(span);
}

export interface Skew {
  /** Slowest call over the median one. */
  readonly ratio: number;
  readonly slowest: CallRecord;
  readonly slowestMillis: number;
  readonly medianMillis: number;
}

/** How uneven the calls of a stage are; absent when there are not two. */
export function skewOf({ calls }: StageRecord): Skew | undefined {
  const byTime = calls.map((call) => ({ call, millis: callMillis(call) })).toSorted((a, b) => a.millis - b.millis);
  const [slowest, median] = [byTime[byTime.length - 1], byTime[(byTime.length - 1) >> 1]];
  if (byTime.length < 2 || slowest === undefined || median === undefined) return undefined;
  return {
    ratio: slowest.millis / Math.max(1, median.millis),
    slowest: slowest.call,
    slowestMillis: slowest.millis,
    medianMillis: median.millis,
  };
}
