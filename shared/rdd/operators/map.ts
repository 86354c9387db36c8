import type { Operator } from "../lineage.js";
import { userError } from "../task-info.js";

/** One element out for each element in. */
export function map(f: (value: unknown) => unknown): Operator {
  return {
    name: "map",
    attach: (out, task, label) => ({
      push(value) {
        let mapped: unknown;
        try {
          mapped = f(value);
        } catch (cause) {
          throw userError(label, task, cause, { value });
        }
        out.push(mapped);
      },
      end: () => out.end(),
    }),
  };
}
