/**
 * A clock that remembers to the microsecond when each of its whole milliseconds was first read: a batch that takes two
 * milliseconds cannot be measured in whole ones.
 */
export class PreciseClock {
  #clock;
  #reads = new Map();

  constructor(clock) {
    this.#clock = clock;
  }

  now() {
    const at = this.#clock.now();
    if (!this.#reads.has(at)) this.#reads.set(at, performance.now());
    return at;
  }

  monotonic() {
    return this.#clock.monotonic();
  }

  sleep(millis, signal) {
    return this.#clock.sleep(millis, signal);
  }

  /** Milliseconds since the clock was read as `at`; forgets what is older. */
  since(at) {
    const read = this.#reads.get(at);
    for (const older of this.#reads.keys()) {
      if (older >= at) break;
      this.#reads.delete(older);
    }
    return performance.now() - read;
  }
}
