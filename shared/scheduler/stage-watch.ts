import type { Clock } from "../ports/index.js";

/** When a second attempt is started beside a slow first one. */
export interface HedgePolicy {
  /** Never before this, milliseconds. */
  readonly afterMillis: number;
  /** And not before so many times the median duration of the stage's finished calls. */
  readonly medianFactor: number;
}

export const defaultHedging: HedgePolicy = { afterMillis: 2_000, medianFactor: 3 };

/** A call that is watched. */
interface Call {
  /** On the monotonic clock, milliseconds. */
  readonly started: number;
  readonly hurry: () => void;
}

/** Why the watch's sleep ends early. A reason of our own saves making an exception with a stack for each stage. */
const OVER = "over";

/**
 * The calls of one stage while they run. Those that take much longer than their siblings are hurried, by one timer for all of them:
 * a stage may have thousands.
 */
export class StageWatch {
  readonly #clock: Clock;
  readonly #policy: HedgePolicy;
  readonly #total: number;
  readonly #durations: number[] = [];
  readonly #running = new Set<Call>();
  readonly #over = new AbortController();
  #isWatching = false;

  /** @param total How many calls the stage has. */
  constructor(clock: Clock, policy: HedgePolicy, total: number) {
    this.#clock = clock;
    this.#policy = policy;
    this.#total = total;
  }

  /**
   * A call has begun.
   * @param hurry Is called at most once, when the call counts as a straggler.
   * @returns to be called when it has succeeded or failed.
   */
  begin(hurry: () => void): (succeeded: boolean) => void {
    const call = { started: this.#clock.monotonic(), hurry };
    this.#running.add(call);
    // A clock that fails hurries nobody; that is all it does.
    if (!this.#isWatching) this.#watch().catch(() => {});
    return (succeeded) => {
      this.#running.delete(call);
      if (succeeded) this.#durations.push(this.#clock.monotonic() - call.started);
    };
  }

  /** The stage is over. */
  end(): void {
    this.#over.abort(OVER);
  }

  /** Milliseconds after which a call counts as a straggler; `undefined` while too few siblings have finished. */
  stragglerAfter(): number | undefined {
    if (this.#durations.length * 2 < this.#total) return undefined;
    const sorted = [...this.#durations].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    return Math.max(this.#policy.afterMillis, this.#policy.medianFactor * median);
  }

  async #watch(): Promise<void> {
    this.#isWatching = true;
    const { signal } = this.#over;
    const { afterMillis } = this.#policy;
    for (let pause = afterMillis; !signal.aborted && this.#running.size > 0; pause = afterMillis / 4) {
      await this.#clock.sleep(pause, signal);
      if (!signal.aborted) this.#hurryStragglers();
    }
    this.#isWatching = false;
  }

  #hurryStragglers(): void {
    const after = this.stragglerAfter();
    if (after === undefined) return;
    const now = this.#clock.monotonic();
    for (const call of this.#running) {
      if (now - call.started < after) continue;
      this.#running.delete(call);
      call.hurry();
    }
  }
}
