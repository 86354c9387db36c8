import { IllegalArgumentError } from "../errors/index.js";
import type { Clock } from "../ports/index.js";
import { type Timer, Timers } from "./timers.js";

export interface VirtualClockOptions {
  /** Where time begins, epoch milliseconds. Default 0. */
  readonly start?: number;
  /**
   * Time moves by itself: to the earliest sleep, one sleep a turn of the event loop, so that everything a woken task can
   * do without waiting is done before the next one wakes. Default false: time moves by `advance` and `runUntil` only.
   */
  readonly autoAdvance?: boolean;
}

/**
 * A clock whose time passes only when it is told to, or when everybody sleeps. Sleeps end in the order of their times,
 * those of the same time in the order in which they began.
 *
 * @example
 * const clock = new VirtualClock();
 * const nap = clock.sleep(1000);
 * await clock.advance(1000); // nap is over, clock.now() is 1000
 */
export class VirtualClock implements Clock {
  private time: number;
  private readonly start: number;
  private readonly autoAdvance: boolean;
  private readonly timers = new Timers();
  private nextSequence = 0;
  private jumpPending = false;

  constructor(options: VirtualClockOptions = {}) {
    this.start = options.start ?? 0;
    this.time = this.start;
    this.autoAdvance = options.autoAdvance ?? false;
  }

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time - this.start;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        timer.cancelled = true;
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer: Timer = { time: this.time + ms, sequence: this.nextSequence++, fire: wake, cancelled: false };
      signal?.addEventListener("abort", wake);
      this.timers.push(timer);
      if (this.autoAdvance) this.jumpNextTurn();
    });
  }

  /** Lets `ms` milliseconds pass; see {@link runUntil}. */
  advance(ms: number): Promise<void> {
    return this.runUntil(this.time + ms);
  }

  /**
   * Lets time pass until `time` (epoch milliseconds), waking sleepers one by one on the way, each with a turn of the
   * event loop in which it may go to sleep again.
   *
   * @throws {IllegalArgumentError} when `time` is in the past.
   */
  async runUntil(time: number): Promise<void> {
    if (!(time >= this.time)) {
      throw new IllegalArgumentError(`Time does not go back from ${this.time} to ${time}.`, { now: this.time, time });
    }
    await turn();
    for (let next = this.timers.peek(); next !== undefined && next.time <= time; next = this.timers.peek()) {
      this.fireNext();
      await turn();
    }
    this.time = Math.max(this.time, time);
  }

  private jumpNextTurn(): void {
    if (this.jumpPending) return;
    this.jumpPending = true;
    setImmediate(() => {
      this.jumpPending = false;
      this.fireNext();
      if (this.timers.peek() !== undefined) this.jumpNextTurn();
    });
  }

  private fireNext(): void {
    const timer = this.timers.pop();
    if (timer === undefined) return;
    this.time = Math.max(this.time, timer.time);
    timer.fire();
  }
}

/** One turn of the event loop: every pending microtask runs in it. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
