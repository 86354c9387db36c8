import type { Operator } from "../lineage.js";
import { userError } from "../task-info.js";

/** All elements of the partition as one; nothing for an empty partition. */
export function reduce(f: (a: unknown, b: unknown) => unknown): Operator {
  return {
    name: "reduce",
    attach: (out, task, label) => {
      let result: unknown;
      let any = false;
      return {
        push(value) {
          try {
            result = any ? f(result, value) : value;
          } catch (cause) {
            throw userError(label, task, cause, { value });
          }
          any = true;
        },
        end() {
          if (any) out.push(result);
          out.end();
        },
      };
    },
  };
}
