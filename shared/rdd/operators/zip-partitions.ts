import type { ZipOperator } from "../lineage.js";
import { type TaskInfo, userError } from "../task-info.js";

type Combine = (partitions: readonly (readonly unknown[])[], task: TaskInfo, label: string) => Iterable<unknown>;

/** What `combine` makes of the partitions with the same number of several parents, once all of them are there. */
export function zipPartitions(parents: number, combine: Combine): ZipOperator {
  return {
    name: "zipPartitions",
    attach: (out, task, label) => {
      const partitions: unknown[][] = Array.from({ length: parents }, () => []);
      let open = parents;
      const end = (): void => {
        open -= 1;
        if (open > 0) return;
        const results = guarded(() => combine(partitions, task, label)[Symbol.iterator](), task, label);
        // Pushed one by one: there may be far more of them than there were elements.
        for (;;) {
          const next = guarded(() => results.next(), task, label);
          if (next.done === true) break;
          out.push(next.value);
        }
        out.end();
      };
      return partitions.map((partition) => ({
        push(value) {
          partition.push(value);
        },
        end,
      }));
    },
  };
}

function guarded<R>(f: () => R, task: TaskInfo, label: string): R {
  try {
    return f();
  } catch (cause) {
    throw userError(label, task, cause);
  }
}
