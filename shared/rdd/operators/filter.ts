import type { Operator } from "../lineage.js";
import { userError } from "../task-info.js";

/** Keeps the elements for which the predicate is truthy. */
export function filter(predicate: (value: unknown) => unknown): Operator {
  return {
    name: "filter",
    attach: (out, task, label) => ({
      push(value) {
        let keep: unknown;
        try {
          keep = predicate(value);
        } catch (cause) {
          throw userError(label, task, cause, { value });
        }
        if (keep) out.push(value);
      },
      end: () => out.end(),
    }),
  };
}
