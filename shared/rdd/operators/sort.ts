import type { Operator } from "../lineage.js";
import { type TaskInfo, userError } from "../task-info.js";

/** Negative when `a` comes first, 0 when neither does, positive when `b` does. */
export type Compare = (a: unknown, b: unknown) => number;

/** `f` of an element, failing as the operator's function does. */
export function keyOfElement(f: (value: unknown) => unknown, value: unknown, task: TaskInfo, label: string): unknown {
  try {
    return f(value);
  } catch (cause) {
    throw userError(label, task, cause, { value });
  }
}

/** The elements of the partition in the order of their keys; elements with equal keys keep their order. */
export function sort(keyOf: (value: unknown) => unknown, compare: Compare): Operator {
  return {
    name: "sort",
    attach: (out, task, label) => {
      const rows: { readonly key: unknown; readonly value: unknown }[] = [];
      return {
        push(value) {
          rows.push({ key: keyOfElement(keyOf, value, task, label), value });
        },
        end() {
          try {
            rows.sort((a, b) => compare(a.key, b.key));
          } catch (cause) {
            throw userError(label, task, cause);
          }
          for (const { value } of rows) out.push(value);
          out.end();
        },
      };
    },
  };
}
