import { MAX_READ_BYTES_PER_SECOND, MAX_READS_PER_SECOND } from "./limits.js";

/** The window in which Kinesis counts, milliseconds. */
const WINDOW_MILLIS = 1000;

/**
 * When a shard may be read: at most five times in any second, and after a reply not before the shard's 2 MB/s have paid
 * for it (after the largest reply Kinesis refuses every call of the next five seconds). All times are the caller's.
 *
 * @example
 * await clock.sleep(pace.reserve(clock.monotonic()));
 */
export class ReadPace {
  /** Times of the latest reads, oldest first. */
  readonly #reads: number[] = [];
  #paidAt = Number.NEGATIVE_INFINITY;

  /** Takes the next place in the line of readers. Returns the milliseconds until it is its turn. */
  reserve(now: number): number {
    const oldest = this.#reads.length < MAX_READS_PER_SECOND ? undefined : this.#reads.shift();
    const at = Math.max(
      now,
      this.#paidAt,
      (oldest ?? Number.NEGATIVE_INFINITY) + WINDOW_MILLIS,
      this.#reads.at(-1) ?? now,
    );
    this.#reads.push(at);
    return at - now;
  }

  /** A read that was sent at this time brought so many bytes. */
  received(sentAt: number, bytes: number): void {
    this.#paidAt = Math.max(this.#paidAt, sentAt) + (bytes / MAX_READ_BYTES_PER_SECOND) * 1000;
  }
}
