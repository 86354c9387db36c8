import { userError } from "../task-info.js";
import type { Action } from "./action.js";

/** The first `n` elements in the order of `compare`. A partition never holds more than twice as many. */
export function takeOrdered(n: number, compare: (a: unknown, b: unknown) => number): Action<unknown[]> {
  const firstOf = (elements: unknown[]): unknown[] => elements.sort(compare).slice(0, n);
  return {
    name: "takeOrdered",
    start: (task, label) => {
      let best: unknown[] = [];
      const cut = (): void => {
        try {
          best = firstOf(best);
        } catch (cause) {
          throw userError(label, task, cause);
        }
      };
      return {
        push(value) {
          best.push(value);
          if (best.length > 2 * n) cut();
        },
        end: cut,
        result: () => best,
      };
    },
    merge: (partials) => firstOf((partials as unknown[][]).flat()),
  };
}
