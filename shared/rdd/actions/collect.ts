import type { Action } from "./action.js";

/** All elements, in partition order. */
export const collect: Action<unknown[]> = {
  name: "collect",
  start: () => {
    const elements: unknown[] = [];
    return {
      push: (value) => {
        elements.push(value);
      },
      end() {},
      result: () => elements,
    };
  },
  merge: (partials) => (partials as unknown[][]).flat(),
};

/** The first `n` elements, in partition order. */
export function take(n: number): Action<unknown[]> {
  return {
    name: "take",
    start: () => {
      const elements: unknown[] = [];
      return {
        push: (value) => {
          if (elements.length < n) elements.push(value);
        },
        end() {},
        result: () => elements,
      };
    },
    merge: (partials) => (partials as unknown[][]).flat().slice(0, n),
  };
}
