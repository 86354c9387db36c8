/**
 * Leases save money: while one driver works, others do not start. They are never relied on for safety, so every verdict
 * here may be wrong: two drivers at a time do the same work twice, and one of them finds out at its commit.
 */
import type { Head } from "../checkpoint/index.js";
import type { Clock } from "../ports/index.js";

/** How long a driver that says nothing keeps its claim to be the one, milliseconds. */
export const LEASE_MILLIS = 10_000;

/** How often a driver at work renews its lease, milliseconds: two renewals in a row may fail. */
const RENEW_EVERY_MILLIS = 3_000;

/**
 * A driver whose executors have not answered for so long renews no more: it may be wedged, and must be replaceable.
 * Longer than an executor may take for one task, milliseconds.
 */
const STALLED_MILLIS = 300_000;

/** Whether the owner is to be taken for alive: `unclear` when its clock cannot be the same as this one's. */
export type Verdict = "alive" | "gone" | "unclear";

/** @param longest The longest lease that anyone takes, milliseconds. */
export function ownerIs(head: Head | undefined, now: number, longest: number): Verdict {
  if (head === undefined || head.expires <= now) return "gone";
  return head.expires > now + longest ? "unclear" : "alive";
}

/** True when nobody has touched the head in between: however far ahead its owner's clock was, it is gone. */
export function isUntouched(before: Head, after: Head | undefined): boolean {
  return after?.token === before.token && after.manifest === before.manifest && after.expires === before.expires;
}

/** Renews a lease during work that takes longer than the lease, as long as that work goes on. */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  /**
   * @param progress Grows whenever something gets done.
   * @param renew What it throws is ignored: whether the lease was lost shows at the commit.
   */
  constructor(clock: Clock, progress: () => number, renew: () => Promise<void>) {
    this.#clock = clock;
    this.#running = this.#run(progress, renew);
  }

  async #run(progress: () => number, renew: () => Promise<void>): Promise<void> {
    let seen = progress();
    let since = this.#clock.monotonic();
    for (;;) {
      await this.#clock.sleep(RENEW_EVERY_MILLIS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      const now = this.#clock.monotonic();
      if (progress() !== seen) [seen, since] = [progress(), now];
      if (now - since < STALLED_MILLIS) await renew().catch(() => {});
    }
  }

  /** Resolves when no renewal is under way any more. */
  stop(): Promise<void> {
    this.#stop.abort("done");
    return this.#running;
  }
}
