import { IllegalArgumentError } from "../errors/index.js";
import { halfUp } from "./half-up.js";
import { wholeMilliseconds } from "./whole-milliseconds.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * A length of time in whole milliseconds; may be negative. Made by {@link milliseconds}, {@link seconds} and
 * {@link minutes}, never changed.
 *
 * In arithmetic and comparisons by operators it counts as its milliseconds: `seconds(1) < seconds(2)`.
 *
 * @example
 * seconds(10).plus(milliseconds(500)).toString(); // "10500 ms"
 * minutes(1).isMultipleOf(seconds(20));           // true
 */
export class Duration {
  /** The length in milliseconds. */
  readonly milliseconds: number;

  /** @internal Use {@link milliseconds}, {@link seconds} or {@link minutes}. */
  constructor(milliseconds: number) {
    this.milliseconds = wholeMilliseconds(milliseconds, 1, `Duration(${String(milliseconds)})`);
    Object.freeze(this);
  }

  /** Is this shorter than `that`? */
  less(that: Duration): boolean {
    return this.milliseconds < that.milliseconds;
  }

  /** Is this shorter than `that`, or equal? */
  lessEq(that: Duration): boolean {
    return this.milliseconds <= that.milliseconds;
  }

  /** Is this longer than `that`? */
  greater(that: Duration): boolean {
    return this.milliseconds > that.milliseconds;
  }

  /** Is this longer than `that`, or equal? */
  greaterEq(that: Duration): boolean {
    return this.milliseconds >= that.milliseconds;
  }

  /** Are the two equally long? */
  equals(that: Duration): boolean {
    return this.milliseconds === that.milliseconds;
  }

  /** The sum of the two. */
  plus(that: Duration): Duration {
    return new Duration(this.milliseconds + that.milliseconds);
  }

  /** This without `that`; negative when `that` is longer. */
  minus(that: Duration): Duration {
    return new Duration(this.milliseconds - that.milliseconds);
  }

  /**
   * This, `factor` times.
   *
   * @throws {IllegalArgumentError} when the result is not a whole number of milliseconds
   */
  times(factor: number): Duration {
    return new Duration(wholeMilliseconds(factor, this.milliseconds, `${this} times ${String(factor)}`));
  }

  /**
   * How many times `divisor` fits into this, with its fraction.
   *
   * @throws {IllegalArgumentError} when `divisor` is zero
   */
  div(divisor: Duration): number {
    return this.milliseconds / divisor.nonZero("divide").milliseconds;
  }

  /**
   * Does `divisor` fit a whole number of times into this? Zero is a multiple of everything but zero.
   *
   * @throws {IllegalArgumentError} when `divisor` is zero
   */
  isMultipleOf(divisor: Duration): boolean {
    return this.milliseconds % divisor.nonZero("divide").milliseconds === 0;
  }

  /** The shorter of the two. */
  min(that: Duration): Duration {
    return this.less(that) ? this : that;
  }

  /** The longer of the two. */
  max(that: Duration): Duration {
    return this.greater(that) ? this : that;
  }

  /** Is this no time at all? */
  isZero(): boolean {
    return this.milliseconds === 0;
  }

  /** For reading, in the largest unit that fits, as Spark's `prettyPrint`: `"500 ms"`, `"1.5 s"`, `"2.0 m"`, `"1.25 h"`. */
  prettyPrint(): string {
    const ms = this.milliseconds;
    if (ms < SECOND) return `${ms} ms`;
    if (ms < MINUTE) return `${halfUp(ms, SECOND, 1)} s`;
    if (ms < HOUR) return `${halfUp(ms, MINUTE, 1)} m`;
    return `${halfUp(ms, HOUR, 2)} h`;
  }

  /** `"1000 ms"`. */
  toString(): string {
    return `${this.milliseconds} ms`;
  }

  /** The milliseconds, so that operators work on durations. */
  valueOf(): number {
    return this.milliseconds;
  }

  /**
   * This, if it can be a divisor or a step.
   *
   * @internal
   * @throws {IllegalArgumentError} when this is zero
   */
  nonZero(use: "divide" | "step"): this {
    if (this.isZero()) throw new IllegalArgumentError(`Cannot ${use} by a duration of zero.`);
    return this;
  }
}
