import { type TaskInfo, userError } from "../task-info.js";
import type { Action } from "./action.js";

/** The number of elements. */
export const count: Action<number> = {
  name: "count",
  start: () => {
    let n = 0;
    const one = (): void => {
      n += 1;
    };
    return { push: one, pushPair: one, end() {}, result: () => n };
  },
  merge: (partials) => (partials as number[]).reduce((a, b) => a + b, 0),
};

/** One value of all elements, starting each partition and the merge from a fresh zero. */
export function aggregate<U>(
  name: string,
  zero: () => U,
  add: (total: U, value: unknown) => U,
  combine: (a: U, b: U) => U,
): Action<U> {
  return {
    name,
    start: (task: TaskInfo, label: string) => {
      let total = zero();
      return {
        push(value) {
          try {
            total = add(total, value);
          } catch (cause) {
            throw userError(label, task, cause, { value });
          }
        },
        end() {},
        result: () => total,
      };
    },
    // Only two arguments: functions such as Math.max take as many as they get.
    merge: (partials) => (partials as U[]).reduce((a, b) => combine(a, b), zero()),
  };
}

/** All elements as one by `f`; `undefined` when there is none. A partial is a list of none or one. */
export function reduce(f: (a: unknown, b: unknown) => unknown): Action<{ value: unknown } | undefined> {
  return {
    name: "reduce",
    start: (task, label) => {
      let partial: unknown[] = [];
      return {
        push(value) {
          try {
            partial = partial.length === 0 ? [value] : [f(partial[0], value)];
          } catch (cause) {
            throw userError(label, task, cause, { value });
          }
        },
        end() {},
        result: () => partial,
      };
    },
    merge: (partials) => {
      const values = (partials as unknown[][]).flat();
      return values.length === 0 ? undefined : { value: values.reduce((a, b) => f(a, b)) };
    },
  };
}
