import type { Operator } from "../lineage.js";
import { pairPusher } from "../sink.js";
import type { TaskInfo } from "../task-info.js";

/** Boils a partition down to a small value. */
export interface Summary {
  push(value: unknown): void;
  result(): unknown;
}

/** Emits, when the partition has ended, its summary for each of `numPartitions` partitions: `[number, [partition, summary]]`. */
export function summarize(start: (task: TaskInfo, label: string) => Summary, numPartitions: number): Operator {
  return {
    name: "summarize",
    attach: (out, task, label) => {
      const summary = start(task, label);
      const emit = pairPusher(out);
      return {
        push: (value) => summary.push(value),
        end() {
          const row = [task.partition, summary.result()];
          for (let target = 0; target < numPartitions; target++) emit(target, row);
          out.end();
        },
      };
    },
  };
}
