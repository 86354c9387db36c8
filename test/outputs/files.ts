import type { FileSystem } from "../../shared/ports/index.js";
import { MemoryFileSystem, VirtualClock } from "../../shared/simulation/index.js";
import type { DStream, StreamingContext } from "../../shared/streaming/index.js";
import { runBatches } from "../../shared/testing/index.js";
import { seconds } from "../../shared/time/index.js";

export const newFiles = (): MemoryFileSystem => new MemoryFileSystem(new VirtualClock());

/** All files in a directory, by name. */
export async function filesIn(files: FileSystem, directory: string): Promise<Record<string, Uint8Array>> {
  const found = await files.list(directory);
  const entries = await Promise.all(
    found.map(
      async ({ path, size }) => [path.slice(path.lastIndexOf("/") + 1), await files.read(path, 0, size)] as const,
    ),
  );
  return Object.fromEntries(entries);
}

export async function textsIn(files: FileSystem, directory: string): Promise<Record<string, string>> {
  const found = await filesIn(files, directory);
  return Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, Buffer.from(bytes).toString()]));
}

/** Runs a program with output operations over these batches, in two partitions. */
export async function run<T>(
  batches: readonly (readonly T[])[],
  build: (stream: DStream<T>, ssc: StreamingContext) => void,
  options: {
    readonly files?: FileSystem;
    readonly restartAfter?: number;
    readonly executors?: { readonly count?: number; readonly isolated?: boolean };
  } = {},
): Promise<void> {
  await runBatches({
    batchDuration: seconds(1),
    inputs: [batches] as [typeof batches],
    build: (ssc, stream) => {
      build(stream as DStream<T>, ssc);
      return stream;
    },
    ...options,
  });
}
