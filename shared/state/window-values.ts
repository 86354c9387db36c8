/** The values of one key in a window, one a batch, oldest first; and what they come to. */
import { freezePlain } from "./compare.js";

type Reduce = (a: unknown, b: unknown) => unknown;

export interface WindowValues {
  /** Adds the newest value. */
  add(value: unknown): void;
  /** Drops the oldest value. */
  dropOldest(): void;
  readonly isEmpty: boolean;
  /** All values as one. */
  result(): unknown;
}

const NONE: unknown[] = [];
const UNKNOWN = Symbol("unknown");

/**
 * Reduces a queue with a constant number of calls an operation, on average, however long it is: two stacks. `#back` has
 * the values that came since the last flip, and `#total` what they reduce to; `#front` has, for each older value, what it
 * and those after it up to the flip reduce to, the oldest on top. When the oldest value is to go and the front is empty,
 * the back is flipped over into the front: one call a value, once in its life.
 *
 * Values are frozen where they can be, because results are kept and handed out again.
 */
export class ReducedValues implements WindowValues {
  readonly #reduce: Reduce;
  /** Flip early at this length: keys with different ones do not flip all in the same batch. */
  readonly #flipAt: number;
  #front: unknown[] = NONE;
  #back: unknown[] = NONE;
  #total: unknown = undefined;
  #result: unknown = UNKNOWN;

  /** @param reduce Associative; its results are {@link frozen}. */
  constructor(reduce: Reduce, flipAt: number) {
    this.#reduce = reduce;
    this.#flipAt = flipAt;
  }

  /** A function whose results are frozen where they can be. */
  static frozen(reduce: Reduce): Reduce {
    return (a, b) => freezePlain(reduce(a, b));
  }

  get isEmpty(): boolean {
    return this.#front.length === 0 && this.#back.length === 0;
  }

  add(value: unknown): void {
    const frozen = freezePlain(value);
    this.#result = UNKNOWN;
    if (this.#back.length === 0) {
      this.#back = [frozen];
      this.#total = frozen;
    } else {
      this.#total = this.#reduce(this.#total, frozen);
      this.#back.push(frozen);
    }
    if (this.#front.length === 0 && this.#back.length === this.#flipAt) this.#flip(0);
  }

  dropOldest(): void {
    this.#result = UNKNOWN;
    if (this.#front.length > 0) this.#front.pop();
    else this.#flip(1);
  }

  result(): unknown {
    if (this.#result !== UNKNOWN) return this.#result;
    if (this.#front.length === 0) this.#result = this.#total;
    else {
      const older = this.#front[this.#front.length - 1];
      this.#result = this.#back.length === 0 ? older : this.#reduce(older, this.#total);
    }
    return this.#result;
  }

  /** Turns the back over, from its newest value to that at `from`. */
  #flip(from: number): void {
    const back = this.#back;
    this.#back = NONE;
    this.#total = undefined;
    this.#front = [];
    for (let i = back.length - 1; i >= from; i--) {
      const newer = this.#front[this.#front.length - 1];
      this.#front.push(i === back.length - 1 ? back[i] : this.#reduce(back[i], newer));
    }
  }
}

/** Lists, joined: the result is as long as all of them anyway, so it is made when it is asked for. */
export class JoinedValues implements WindowValues {
  readonly #lists: (readonly unknown[])[] = [];

  get isEmpty(): boolean {
    return this.#lists.length === 0;
  }

  add(value: unknown): void {
    this.#lists.push(freezePlain(value) as readonly unknown[]);
  }

  dropOldest(): void {
    this.#lists.shift();
  }

  result(): unknown {
    return this.#lists.flat();
  }
}
