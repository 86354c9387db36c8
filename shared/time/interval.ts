import { IllegalArgumentError } from "../errors/index.js";
import type { Duration } from "./duration.js";
import type { Time } from "./time.js";

/**
 * The time from `beginTime` to `endTime`. Never changed. Intervals are ordered by their ends, and only intervals of the same
 * duration are comparable.
 *
 * @example
 * new Interval(new Time(1000), new Time(3000)).duration.toString();    // "2000 ms"
 * new Interval(new Time(1000), new Time(3000)).plus(seconds(1)).toString(); // "[2000 ms, 4000 ms]"
 */
export class Interval {
  /** Where it begins. */
  readonly beginTime: Time;
  /** Where it ends; intervals are ordered by this. */
  readonly endTime: Time;

  constructor(beginTime: Time, endTime: Time) {
    this.beginTime = beginTime;
    this.endTime = endTime;
    Object.freeze(this);
  }

  /** From begin to end. */
  get duration(): Duration {
    return this.endTime.minusTime(this.beginTime);
  }

  /** The interval that is `duration` later. */
  plus(duration: Duration): Interval {
    return new Interval(this.beginTime.plus(duration), this.endTime.plus(duration));
  }

  /** The interval that is `duration` earlier. */
  minus(duration: Duration): Interval {
    return new Interval(this.beginTime.minus(duration), this.endTime.minus(duration));
  }

  /**
   * Does this end before `that`?
   *
   * @throws {IllegalArgumentError} when the durations differ
   */
  less(that: Interval): boolean {
    return this.endTime.less(this.comparable(that).endTime);
  }

  /**
   * Does this end before `that`, or with it?
   *
   * @throws {IllegalArgumentError} when the durations differ
   */
  lessEq(that: Interval): boolean {
    return this.endTime.lessEq(this.comparable(that).endTime);
  }

  /**
   * Does this end after `that`?
   *
   * @throws {IllegalArgumentError} when the durations differ
   */
  greater(that: Interval): boolean {
    return this.endTime.greater(this.comparable(that).endTime);
  }

  /**
   * Does this end after `that`, or with it?
   *
   * @throws {IllegalArgumentError} when the durations differ
   */
  greaterEq(that: Interval): boolean {
    return this.endTime.greaterEq(this.comparable(that).endTime);
  }

  /** Do both begin and end together? */
  equals(that: Interval): boolean {
    return this.beginTime.equals(that.beginTime) && this.endTime.equals(that.endTime);
  }

  /** `"[1000 ms, 3000 ms]"`. */
  toString(): string {
    return `[${this.beginTime}, ${this.endTime}]`;
  }

  /** The milliseconds of the end, by which intervals are ordered. Operators cannot check the durations; the methods do. */
  valueOf(): number {
    return this.endTime.milliseconds;
  }

  private comparable(that: Interval): Interval {
    if (this.duration.equals(that.duration)) return that;
    throw new IllegalArgumentError(
      `Intervals ${this} and ${that} last ${this.duration} and ${that.duration}; only intervals of the same duration compare.`,
    );
  }
}
