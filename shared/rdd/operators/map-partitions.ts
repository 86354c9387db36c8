import type { Operator } from "../lineage.js";
import { userError } from "../task-info.js";

/** The whole partition at once, also when it is empty. */
export function mapPartitions(f: (partition: readonly unknown[], index: number) => Iterable<unknown>): Operator {
  return {
    name: "mapPartitions",
    attach: (out, task, label) => {
      const elements: unknown[] = [];
      return {
        push(value) {
          elements.push(value);
        },
        end() {
          let results: Iterable<unknown>;
          try {
            results = [...f(elements, task.partition)];
          } catch (cause) {
            throw userError(label, task, cause);
          }
          for (const value of results) out.push(value);
          out.end();
        },
      };
    },
  };
}
