import { partFile, type TaskInfo } from "../../rdd/index.js";
import type { CaptureSink, OutputOperation } from "./output-operation.js";

/** What the files of a save operation are made of. */
export interface FileFormat {
  /** End of the files' names: `.gz`, or nothing. */
  readonly extension: string;
  /** The file of a partition; `undefined` for one that is not to be written. */
  capture(task: TaskInfo, label: string): CaptureSink;
  /** Is there to be an empty file named `_SUCCESS` when all others of a batch are written? */
  readonly marksSuccess: boolean;
}

/** Name of the file by which Hadoop's readers know that a directory is complete. */
const SUCCESS = "_SUCCESS";

/**
 * Writes each batch to a directory `prefix-<milliseconds>[.suffix]`, one part file a partition. The files are fixed before
 * the commit, so writing them again after a crash writes the same; and those that are there already are left alone.
 */
export function saveFiles(prefix: string, suffix: string, format: FileFormat): OutputOperation {
  return {
    capture: (task, label) => format.capture(task, label),
    async run(committed, context) {
      const directory = directoryOf(prefix, suffix, committed.time);
      let written = 0;
      for (const [partition, captured] of committed.partitions.entries()) {
        const bytes = await captured.load();
        if (bytes === undefined) continue;
        await context.files.putIfAbsent(`${partFile(directory, partition)}${format.extension}`, bytes);
        written += 1;
      }
      if (format.marksSuccess && written > 0) {
        await context.files.putIfAbsent(`${directory}/${SUCCESS}`, new Uint8Array(0));
      }
    },
  };
}

/** Spark's name for a batch's directory. */
export function directoryOf(prefix: string, suffix: string, time: number): string {
  const name = prefix === "" ? String(time) : `${prefix}-${time}`;
  return suffix === "" ? name : `${name}.${suffix}`;
}
