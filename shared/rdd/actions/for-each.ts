import { userError } from "../task-info.js";
import type { Action, EffectContext } from "./action.js";

/** Calls `f` for every element, on the executors. */
export function foreach(f: (value: unknown) => void): Action<void> {
  return {
    name: "foreach",
    start: (task, label) => ({
      push(value) {
        try {
          f(value);
        } catch (cause) {
          throw userError(label, task, cause, { value });
        }
      },
      end() {},
      result: () => undefined,
    }),
    merge: () => undefined,
  };
}

/** Calls `f` once a partition, on the executors; may be asynchronous. */
export function foreachPartition(
  f: (partition: readonly unknown[], effects: EffectContext) => void | PromiseLike<void>,
): Action<void> {
  return {
    name: "foreachPartition",
    start: (task, label, effects) => {
      const elements: unknown[] = [];
      return {
        push: (value) => {
          elements.push(value);
        },
        end() {},
        async result() {
          try {
            await f(elements, effects);
          } catch (cause) {
            throw userError(label, task, cause);
          }
          return undefined;
        },
      };
    },
    merge: () => undefined,
  };
}
