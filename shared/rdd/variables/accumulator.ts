import { decode, encode } from "../../codec/index.js";
import { IllegalArgumentError, IllegalStateError } from "../../errors/index.js";
import { copiesOf } from "../copies.js";
import { preview } from "../task-info.js";
import { currentScope } from "./scope.js";

/** How an accumulator of your own adds up. `merge` must be associative, and commutative with `add`. */
export interface AccumulatorSpec<X, V> {
  /** The total of nothing. Each partial total starts from a copy. */
  readonly zero: V;
  /** The total with one more; may change and return the total it is given. */
  add(total: V, x: X): V;
  /** One total of two; may change and return the first. */
  merge(left: V, right: V): V;
}

/**
 * A total that functions on executors add to, and that the driver reads. What a task adds counts with the batch's commit,
 * and only what the attempt that was used has added: exactly once, also over restarts. Made by `ssc.accumulator`,
 * `ssc.longAccumulator`, `ssc.doubleAccumulator` and `ssc.collectionAccumulator`.
 */
export class Accumulator<X, V> {
  /** The same in every process and after a restart. */
  readonly name: string;
  readonly #spec: AccumulatorSpec<X, V>;
  readonly #zero: () => V;
  #total: V | undefined;

  /** @internal */
  constructor(name: string, spec: AccumulatorSpec<X, V>) {
    this.name = name;
    this.#spec = spec;
    this.#zero = copiesOf(spec.zero);
  }

  /**
   * Adds to the total, in any function of the program that runs for a batch.
   * @throws {IllegalStateError} elsewhere, where nothing would commit it.
   */
  add(x: X): void {
    const scope = currentScope();
    if (scope === undefined) {
      throw new IllegalStateError(
        `Accumulator "${this.name}": add() works in functions and bodies that run for a batch, because it counts with the batch's commit.`,
      );
    }
    if (scope.role === "replay") return;
    const before = scope.updates.has(this.name) ? (scope.updates.get(this.name) as V) : this.#zero();
    scope.updates.set(this.name, this.#spec.add(before, x));
  }

  /**
   * The total: on the driver as of the newest commit; in a `transform` body before its batch, in a `foreachRDD` body after it.
   * @throws {IllegalStateError} in functions that run on executors.
   */
  get value(): V {
    const scope = currentScope();
    if (scope?.role === "task") {
      throw new IllegalStateError(`Accumulator "${this.name}" can be read on the driver only; tasks can add to it.`);
    }
    const total = scope === undefined ? this.#total : (scope.totals[this.name] as V | undefined);
    return total === undefined ? this.#zero() : total;
  }

  /** @internal One total of two, neither of which is changed. */
  merged(left: unknown, right: unknown): V {
    const copy = (total: unknown): V => decode(encode(total)) as V;
    return this.#spec.merge(left === undefined ? this.#zero() : copy(left), copy(right));
  }

  /** @internal What is committed. */
  committed(total: unknown): void {
    this.#total = total as V | undefined;
  }
}

/** @internal */
export interface NumberTotal {
  readonly sum: number;
  readonly count: number;
}

/** A sum of numbers that also knows how many they are. Source: Spark's LongAccumulator and DoubleAccumulator. */
export class NumberAccumulator {
  /** @internal */
  readonly totals: Accumulator<number, NumberTotal>;
  readonly #integers: boolean;

  /** @internal */
  constructor(name: string, integers: boolean) {
    this.#integers = integers;
    this.totals = new Accumulator<number, NumberTotal>(name, {
      zero: { sum: 0, count: 0 },
      add: ({ sum, count }, x) => ({ sum: sum + x, count: count + 1 }),
      merge: (a, b) => ({ sum: a.sum + b.sum, count: a.count + b.count }),
    });
  }

  /** The same in every process and after a restart. */
  get name(): string {
    return this.totals.name;
  }

  /** Adds a number; see {@link Accumulator.add}. @throws {IllegalArgumentError} for a fraction, where the accumulator is of integers. */
  add(x: number): void {
    if (typeof x !== "number" || (this.#integers && !Number.isSafeInteger(x))) {
      throw new IllegalArgumentError(
        `Accumulator "${this.name}" adds ${this.#integers ? "integers" : "numbers"}, not ${preview(x)}.`,
      );
    }
    this.totals.add(x);
  }

  /** The sum; see {@link Accumulator.value}. */
  get value(): number {
    return this.totals.value.sum;
  }

  /** How many numbers were added. */
  get count(): number {
    return this.totals.value.count;
  }

  /** The mean; NaN for none. */
  get avg(): number {
    const { sum, count } = this.totals.value;
    return sum / count;
  }
}

/** Lists of what was added, in no particular order. */
export function collectionAccumulator<T>(name: string): Accumulator<T, readonly T[]> {
  return new Accumulator<T, readonly T[]>(name, {
    zero: [],
    add: (list, x) => {
      (list as T[]).push(x);
      return list;
    },
    merge: (a, b) => [...a, ...b],
  });
}
