import { decodeColumn } from "../../codec/index.js";
import { captureAll } from "./capture-all.js";
import type { OutputOperation } from "./output-operation.js";

/** Hands the decoded partitions of each batch to a function on the driver; for tests. */
export function observe(f: (time: number, partitions: unknown[][]) => void): OutputOperation {
  return {
    capture: () => captureAll(),
    async run(committed) {
      const partitions: unknown[][] = [];
      for (const partition of committed.partitions) {
        const bytes = await partition.load();
        partitions.push(bytes === undefined ? [] : decodeColumn(bytes));
      }
      f(committed.time, partitions);
    },
  };
}
