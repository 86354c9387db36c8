import { IllegalArgumentError, IllegalStateError } from "../errors/index.js";

/**
 * The state of one key, as the function of `mapWithState` sees it. Good for the call it was handed to and no longer.
 * Source: Spark Streaming's State.
 *
 * @example
 * const count = (word: string, one: number | undefined, state: State<number>) => {
 *   if (state.isTimingOut()) return [word, "gone"];
 *   state.update((state.getOption() ?? 0) + (one ?? 0));
 *   return [word, state.get()];
 * };
 */
export class State<S> {
  #value: S | undefined;
  #timingOut = false;
  #updated = false;
  #removed = false;

  /** Does the key have state? */
  exists(): boolean {
    return this.#value !== undefined;
  }

  /** The state. @throws {IllegalStateError} when there is none. */
  get(): S {
    if (this.#value !== undefined) return this.#value;
    throw new IllegalStateError("No such element: the key has no state. Ask exists() first, or use getOption().");
  }

  /** The state, or `undefined` when there is none. */
  getOption(): S | undefined {
    return this.#value;
  }

  /**
   * Sets the state.
   * @throws {IllegalArgumentError} after `remove()`, while the key is timing out, and for `undefined`.
   */
  update(state: S): void {
    if (this.#removed) throw new IllegalArgumentError("A state that was removed cannot be updated in the same call.");
    if (this.#timingOut) throw new IllegalArgumentError("A state that is timing out cannot be updated.");
    if (state === undefined) throw new IllegalArgumentError("undefined is no state: use remove().");
    this.#value = state;
    this.#updated = true;
  }

  /**
   * Removes the state; allowed when there is none.
   * @throws {IllegalArgumentError} when it was removed before in the same call, or is timing out.
   */
  remove(): void {
    if (this.#removed) throw new IllegalArgumentError("The state was removed already.");
    if (this.#timingOut) throw new IllegalArgumentError("A state that is timing out is removed by itself.");
    this.#value = undefined;
    this.#updated = false;
    this.#removed = true;
  }

  /** Is this the key's last call, because it had no data for as long as the time-out? The state is removed after it. */
  isTimingOut(): boolean {
    return this.#timingOut;
  }

  /** @internal Makes this the state of the next call. */
  wrap(value: S | undefined, timingOut = false): this {
    this.#value = value;
    this.#timingOut = timingOut;
    this.#updated = false;
    this.#removed = false;
    return this;
  }

  /** @internal */
  isUpdated(): boolean {
    return this.#updated;
  }

  /** @internal */
  isRemoved(): boolean {
    return this.#removed;
  }
}
