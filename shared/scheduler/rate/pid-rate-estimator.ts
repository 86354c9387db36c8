/**
 * How many records a second an input should bring, by a controller with proportional, integral and derivative part, as in
 * Spark: the error is what the last rate was above what was processed a second, its integral is the backlog, in records a
 * second, that waiting batches stand for. Pure: what the controller remembers goes in and comes out.
 */
import type { PidGains } from "../../streaming/index.js";

export interface PidOptions extends PidGains {
  /** Milliseconds. */
  readonly batchDuration: number;
}

/** What the estimator remembers from one batch to the next. */
export interface PidMemory {
  /** End of the last batch that counted, epoch milliseconds. */
  readonly time: number;
  /** Records per second. */
  readonly rate: number;
  readonly error: number;
}

/** What is known of a batch when it is done. */
export interface BatchSpeed {
  /** When it was done, epoch milliseconds. */
  readonly time: number;
  readonly records: number;
  /** Milliseconds. */
  readonly processingDelay: number;
  /** Milliseconds between the time at which it was due and its start. */
  readonly schedulingDelay: number;
}

/** What a batch comes to: what to remember, and the new rate, if there is one. */
export interface PidStep {
  readonly memory: PidMemory | undefined;
  /** Records per second; `undefined`: nothing could be learned. */
  readonly rate: number | undefined;
}

/** The first batch that counts only gives the estimator a speed to start from. */
export function estimateRate(options: PidOptions, memory: PidMemory | undefined, batch: BatchSpeed): PidStep {
  const { time, records, processingDelay, schedulingDelay } = batch;
  const nothing = { memory, rate: undefined };
  if (records <= 0 || processingDelay <= 0 || (memory !== undefined && time <= memory.time)) return nothing;
  const speed = (records / processingDelay) * 1000;
  if (memory === undefined) return { memory: { time, rate: speed, error: 0 }, rate: undefined };
  const { proportional, integral, derivative, batchDuration, minRate } = options;
  const error = memory.rate - speed;
  const backlog = (schedulingDelay * speed) / batchDuration;
  const change = (error - memory.error) / ((time - memory.time) / 1000);
  const rate = Math.max(minRate, memory.rate - proportional * error - integral * backlog - derivative * change);
  return { memory: { time, rate, error }, rate };
}
