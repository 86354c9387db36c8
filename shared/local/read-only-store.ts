import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { IllegalArgumentError } from "../errors/index.js";
import type { BlockStore, StreamSource, Table } from "../ports/index.js";
import { SystemClock } from "../system/index.js";
import { BatchWrites } from "./batch-writes.js";
import { openDatabase } from "./database.js";
import { LargeBlocks } from "./large-blocks.js";
import { LocalBlockStore } from "./local-block-store.js";
import { LocalStreams } from "./local-streams.js";
import { LocalTable } from "./local-table.js";
import { claimInProcess, releaseInProcess } from "./ownership.js";

/** A checkpoint directory that is looked at, also while another process uses it. */
export interface ReadOnlyStore {
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly streams: StreamSource;
  close(): Promise<void>;
}

/**
 * Opens what an application has committed, for reading: what is written to it stays in memory.
 *
 * @throws {IllegalArgumentError} when there is no checkpoint.
 * @throws {IllegalStateError} when this very process uses the directory.
 * @throws {CheckpointError} when there is something else in it.
 */
export function openReadOnly(directory: string): ReadOnlyStore {
  if (!existsSync(join(directory, "store", "data.mdb"))) {
    throw new IllegalArgumentError(`There is no checkpoint in ${directory}.`, { directory });
  }
  const path = realpathSync(directory);
  claimInProcess(path, directory);
  try {
    const database = openDatabase(directory, "process", true);
    const files = new LargeBlocks(directory, "process");
    const writes = new BatchWrites(database, files);
    return {
      blocks: new LocalBlockStore(database, writes, files, ["sh"]),
      table: new LocalTable(database, writes),
      streams: new LocalStreams(database, new SystemClock()),
      async close() {
        await database.root.close();
        releaseInProcess(path);
      },
    };
  } catch (error) {
    releaseInProcess(path);
    throw error;
  }
}
