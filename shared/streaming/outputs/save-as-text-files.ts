import { partFile, textOf } from "../../rdd/index.js";
import type { CaptureSink, OutputOperation } from "./output-operation.js";

/** Writes each batch to a directory `prefix-<milliseconds>[.suffix]`, one part file a partition that has elements. */
export function saveAsTextFiles(prefix: string, suffix: string): OutputOperation {
  return {
    capture: captureText,
    async run(committed, context) {
      const directory = directoryOf(prefix, suffix, committed.time);
      for (const [partition, captured] of committed.partitions.entries()) {
        const bytes = await captured.load();
        if (bytes !== undefined) await context.files.putIfAbsent(partFile(directory, partition), bytes);
      }
    },
  };
}

/** Spark's name for a batch's directory. */
export function directoryOf(prefix: string, suffix: string, time: number): string {
  const name = prefix === "" ? String(time) : `${prefix}-${time}`;
  return suffix === "" ? name : `${name}.${suffix}`;
}

function captureText(): CaptureSink {
  const lines: string[] = [];
  return {
    push(value) {
      lines.push(textOf(value));
    },
    end() {},
    bytes: () => (lines.length === 0 ? undefined : Buffer.from(`${lines.join("\n")}\n`, "utf8")),
  };
}
