import { IllegalArgumentError } from "../errors/index.js";
import type { Clock } from "../ports/index.js";

/** Records pass in portions of about so many milliseconds: often enough for short batches. (Spark: `blockInterval`.) */
const PORTION_MILLIS = 200;

/**
 * Lets so many records a second pass. A portion goes as soon as the ones before it are paid for in time; time in which
 * nothing came is not saved up, so that a burst after a quiet hour meets the same limit.
 */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #maxRate: number;
  #limit: number;
  /** When everything that has passed is paid for; on the clock's monotonic scale. */
  #paidAt = Number.NEGATIVE_INFINITY;

  /** @throws {IllegalArgumentError} for a rate that is not positive. */
  constructor(clock: Clock, maxRate = Number.POSITIVE_INFINITY) {
    if (!(maxRate > 0)) throw new IllegalArgumentError(`A rate must be positive, not ${String(maxRate)} records/s.`);
    this.#clock = clock;
    this.#maxRate = maxRate;
    this.#limit = maxRate;
  }

  /** Records per second; infinite when there is no limit. */
  get limit(): number {
    return this.#limit;
  }

  /** Most records to ask for at a time. */
  get portion(): number {
    return Math.max(1, Math.floor((this.#limit * PORTION_MILLIS) / 1000));
  }

  /** Sets the limit, never above the `maxRate` it was made with. A rate that is not positive is ignored. */
  updateRate(rate: number): void {
    if (rate > 0) this.#limit = Math.min(rate, this.#maxRate);
  }

  /** Resolves when so many records may pass, or the signal aborts. One call at a time. */
  async acquire(records: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    const start = Math.max(now, this.#paidAt);
    this.#paidAt = start + (records * 1000) / this.#limit;
    await this.#clock.sleep(start - now, signal);
  }
}
