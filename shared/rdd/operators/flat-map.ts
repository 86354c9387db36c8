import type { Operator } from "../lineage.js";
import { userError } from "../task-info.js";

/** Any number of elements out for each element in. */
export function flatMap(f: (value: unknown) => Iterable<unknown>): Operator {
  return {
    name: "flatMap",
    attach: (out, task, label) => ({
      push(value) {
        let many: Iterable<unknown>;
        try {
          many = f(value);
          // Lists are the common case and are pushed by index; anything else runs user code while it is iterated.
          if (!Array.isArray(many)) many = [...many];
        } catch (cause) {
          throw userError(label, task, cause, { value });
        }
        const list = many as readonly unknown[];
        for (let i = 0; i < list.length; i++) out.push(list[i]);
      },
      end: () => out.end(),
    }),
  };
}
