import { mkdirSync, realpathSync } from "node:fs";
import type { BlockStore, Clock, Table } from "../ports/index.js";
import { SystemClock } from "../system/index.js";
import { BatchWrites } from "./batch-writes.js";
import { type LocalDatabase, openDatabase, readBytes } from "./database.js";
import type { Durability } from "./durability.js";
import { LargeBlocks } from "./large-blocks.js";
import { LocalBlockStore } from "./local-block-store.js";
import { LocalStreams } from "./local-streams.js";
import { LocalTable } from "./local-table.js";
import { claimInProcess, giveUpOwnership, releaseInProcess, takeOwnership } from "./ownership.js";

export interface LocalStoreOptions {
  /** Where everything is kept; created when missing. */
  readonly directory: string;
  /** Default `process`. */
  readonly durability?: Durability;
  /** Decides arrival times, iterator lives and retention. Default: the machine's. */
  readonly clock?: Clock;
  /** Blocks with one of these as a segment of their name live in memory only. Default `["sh"]`, the shuffles. */
  readonly volatileSegments?: readonly string[];
  /** How long streams created here keep their records, milliseconds. Default 24 hours. */
  readonly retentionMillis?: number;
}

/**
 * Blocks, table and streams of one machine, in one directory, for one process at a time, and there for the main thread.
 *
 * Writes to blocks and table gather in memory, where reads see them at once, and become durable in one transaction with
 * the next `table.update` whose condition holds: a process that is killed in between comes back with the state of the last
 * update, whole. Streams do not take part: their puts are durable when they resolve.
 *
 * @example
 * const store = new LocalStore({ directory: "checkpoint" });
 * await store.blocks.put("job/b/1", bytes);
 * await store.table.update({ partition: "job", sort: "head" }, { t: 1000 }, { t: undefined }); // both are durable now
 * await store.close();
 */
export class LocalStore {
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly streams: LocalStreams;
  private readonly path: string;
  private readonly database: LocalDatabase;
  private readonly files: LargeBlocks;
  private readonly writes: BatchWrites;
  private closing: Promise<void> | undefined;

  /**
   * @throws {IllegalStateError} when another process, or another store of this one, uses the directory.
   * @throws {CheckpointError} when there is something else in it.
   */
  constructor(options: LocalStoreOptions) {
    const { directory, durability = "process", clock = new SystemClock() } = options;
    mkdirSync(directory, { recursive: true });
    this.path = realpathSync(directory);
    const undo: (() => unknown)[] = [];
    try {
      claimInProcess(this.path, directory);
      undo.unshift(() => releaseInProcess(this.path));
      this.database = openDatabase(directory, durability);
      undo.unshift(() => this.database.root.close().catch(() => undefined));
      takeOwnership(this.database, directory);
      undo.unshift(() => giveUpOwnership(this.database));
      this.files = new LargeBlocks(directory, durability);
      this.files.sweep(filesNamedIn(this.database));
      this.writes = new BatchWrites(this.database, this.files);
      this.blocks = new LocalBlockStore(this.database, this.writes, this.files, options.volatileSegments ?? ["sh"]);
      this.table = new LocalTable(this.database, this.writes);
      this.streams = new LocalStreams(this.database, clock, options.retentionMillis);
    } catch (error) {
      // The directory must be free for whoever repairs it or sets it aside.
      for (const step of undo) attempt(step);
      throw error;
    }
  }

  /** Makes everything written so far durable, without waiting for an update. */
  async flush(): Promise<void> {
    this.streams.flush();
    await this.writes.commit();
  }

  /** Flushes, and leaves the directory to others. The store cannot be used afterwards. */
  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    await this.flush();
    await this.files.settled();
    giveUpOwnership(this.database);
    await this.database.root.close();
    releaseInProcess(this.path);
  }
}

function filesNamedIn({ largeBlocks }: LocalDatabase): ReadonlySet<string> {
  const files = new Set<string>();
  for (const key of largeBlocks.getKeys()) files.add(Buffer.from(readBytes(largeBlocks, key) ?? []).toString("latin1"));
  return files;
}

/** Does what can be done while another error is on its way up. */
function attempt(step: () => unknown): void {
  try {
    step();
  } catch {
    // The first error says what is wrong.
  }
}
