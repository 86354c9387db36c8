import { Duration } from "./duration.js";
import { wholeMilliseconds } from "./whole-milliseconds.js";

/**
 * A point in time: whole milliseconds since the epoch, on whatever clock the stream runs by. Never changed. The time a
 * batch stands for is one of these.
 *
 * In arithmetic and comparisons by operators it counts as its milliseconds: `from < to`.
 *
 * @example
 * new Time(1350).floor(milliseconds(200)).toString(); // "1200 ms"
 * new Time(3000).minus(new Time(1000)).toString();    // "2000 ms", a Duration
 */
export class Time {
  /** Milliseconds since the epoch. */
  readonly milliseconds: number;

  /** @throws {IllegalArgumentError} when `milliseconds` is not a whole number */
  constructor(milliseconds: number) {
    this.milliseconds = wholeMilliseconds(milliseconds, 1, `Time(${String(milliseconds)})`);
    Object.freeze(this);
  }

  /** Is this before `that`? */
  less(that: Time): boolean {
    return this.milliseconds < that.milliseconds;
  }

  /** Is this before `that`, or equal? */
  lessEq(that: Time): boolean {
    return this.milliseconds <= that.milliseconds;
  }

  /** Is this after `that`? */
  greater(that: Time): boolean {
    return this.milliseconds > that.milliseconds;
  }

  /** Is this after `that`, or equal? */
  greaterEq(that: Time): boolean {
    return this.milliseconds >= that.milliseconds;
  }

  /** Are the two the same point in time? */
  equals(that: Time): boolean {
    return this.milliseconds === that.milliseconds;
  }

  /** The time that is `duration` later. */
  plus(duration: Duration): Time {
    return new Time(this.milliseconds + duration.milliseconds);
  }

  /** The duration since `that`, or the time that is a duration earlier. */
  minus(that: Time): Duration;
  minus(duration: Duration): Time;
  minus(subtrahend: Time | Duration): Time | Duration {
    if (subtrahend instanceof Time) return this.minusTime(subtrahend);
    return new Time(this.milliseconds - subtrahend.milliseconds);
  }

  /** The duration since `that`; negative when `that` is later. */
  minusTime(that: Time): Duration {
    return new Duration(this.milliseconds - that.milliseconds);
  }

  /**
   * The last point at or before this time of a grid of that step, counted from `zero`. As in Spark, a time before `zero`
   * goes to the grid point after it.
   *
   * @throws {IllegalArgumentError} when `step` is zero
   */
  floor(step: Duration, zero: Time = EPOCH): Time {
    const stepMs = step.nonZero("divide").milliseconds;
    return new Time(Math.trunc((this.milliseconds - zero.milliseconds) / stepMs) * stepMs + zero.milliseconds);
  }

  /**
   * Is this a whole number of `step`s after the epoch?
   *
   * @throws {IllegalArgumentError} when `step` is zero
   */
  isMultipleOf(step: Duration): boolean {
    return this.milliseconds % step.nonZero("divide").milliseconds === 0;
  }

  /**
   * This time and every `step` after it, before `end`.
   *
   * @throws {IllegalArgumentError} when `step` is zero
   * @example
   * new Time(0).until(new Time(3000), seconds(1)); // 0 ms, 1000 ms, 2000 ms
   */
  until(end: Time, step: Duration): Time[] {
    return this.grid(step, (ms) => (step.milliseconds > 0 ? ms < end.milliseconds : ms > end.milliseconds));
  }

  /**
   * This time and every `step` after it, up to `end`, and `end` itself when a step hits it.
   *
   * @throws {IllegalArgumentError} when `step` is zero
   */
  to(end: Time, step: Duration): Time[] {
    return this.grid(step, (ms) => (step.milliseconds > 0 ? ms <= end.milliseconds : ms >= end.milliseconds));
  }

  /** The earlier of the two. */
  min(that: Time): Time {
    return this.less(that) ? this : that;
  }

  /** The later of the two. */
  max(that: Time): Time {
    return this.greater(that) ? this : that;
  }

  /** `"1000 ms"`. */
  toString(): string {
    return `${this.milliseconds} ms`;
  }

  /** The milliseconds, so that operators work on times. */
  valueOf(): number {
    return this.milliseconds;
  }

  private grid(step: Duration, within: (ms: number) => boolean): Time[] {
    const stepMs = step.nonZero("step").milliseconds;
    const times: Time[] = [];
    for (let ms = this.milliseconds; within(ms); ms += stepMs) times.push(new Time(ms));
    return times;
  }
}

const EPOCH = new Time(0);
