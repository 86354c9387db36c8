/**
 * Time as the engine sees it. The engine never reads a clock or sets a timer itself: what it gets here decides
 * whether it runs in real time (local, AWS) or in virtual time (tests, simulation).
 */
export interface Clock {
  /** Milliseconds since the epoch. May step or differ between processes: safety never depends on it. */
  now(): number;
  /** Milliseconds that only ever grow, from an arbitrary origin; for durations. */
  monotonic(): number;
  /**
   * Resolves after `ms` milliseconds (at once when `ms <= 0`), or as soon as `signal` aborts; never rejects.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
