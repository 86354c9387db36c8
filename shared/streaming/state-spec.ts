import { IllegalArgumentError } from "../errors/index.js";
import { checkPartitions, type State } from "../rdd/index.js";
import { Duration, type Time } from "../time/index.js";

/**
 * The function of `mapWithState`. `value` is `undefined` when the key times out; `undefined` as result emits nothing.
 */
export type StateFunction<K, V, S, U> = (key: K, value: V | undefined, state: State<S>, time: Time) => U | undefined;

interface Settings {
  /** Milliseconds. */
  readonly timeout?: number;
  readonly initialState?: ReadonlyArray<readonly [unknown, unknown]>;
  readonly numPartitions?: number;
}

/**
 * What `mapWithState` is to do: a function, and how its state is kept. Each method returns a new one.
 * Source: Spark Streaming's StateSpec.
 *
 * @example
 * const sessions = StateSpec.function((user: string, click: Click | undefined, state: State<number>) => {
 *   if (state.isTimingOut()) return { user, clicks: state.get() };
 *   state.update((state.getOption() ?? 0) + 1);
 *   return undefined;
 * }).timeout(minutes(30));
 */
export class StateSpec<K, V, S, U> {
  /** @internal */
  readonly f: StateFunction<K, V, S, U>;
  /** @internal */
  readonly settings: Settings;

  private constructor(f: StateFunction<K, V, S, U>, settings: Settings) {
    this.f = f;
    this.settings = settings;
  }

  /** Begins with the function, which is called once for every record, with the state of the record's key. */
  static function<K, V, S, U>(f: StateFunction<K, V, S, U>): StateSpec<K, V, S, U> {
    if (typeof f !== "function") throw new IllegalArgumentError("StateSpec.function needs a function.");
    return new StateSpec(f, {});
  }

  /**
   * A key without records for longer than this times out: the function is called a last time, without value, and the
   * state is removed. Checked in every batch.
   * @throws {IllegalArgumentError} unless it is positive.
   */
  timeout(idle: Duration): StateSpec<K, V, S, U> {
    if (!(idle instanceof Duration) || idle.milliseconds <= 0) {
      throw new IllegalArgumentError(`The time-out must be a positive duration, not ${String(idle)}.`);
    }
    return new StateSpec(this.f, { ...this.settings, timeout: idle.milliseconds });
  }

  /** State before the first batch; for time-outs it counts as touched by the first batch. */
  initialState(pairs: ReadonlyArray<readonly [K, S]>): StateSpec<K, V, S, U> {
    return new StateSpec(this.f, { ...this.settings, initialState: pairs });
  }

  /** Number of partitions of the state. @throws {IllegalArgumentError} unless it is a positive integer. */
  numPartitions(n: number): StateSpec<K, V, S, U> {
    return new StateSpec(this.f, { ...this.settings, numPartitions: checkPartitions(n) });
  }
}
