/** The world as a handful of small interfaces. Implementations: `shared/simulation`, `shared/local`, `shared/aws`. */
export type { BlockStore, CreateOutcome } from "./block-store.js";
export type { Clock } from "./clock.js";
export type { Console } from "./console.js";
export type { FileInfo, FileSystem } from "./file-system.js";
export type { Ids } from "./ids.js";
export type { Invoker, Target } from "./invoker.js";
export type {
  GetRecordsResult,
  PutEntry,
  PutResult,
  Shard,
  ShardStart,
  StreamDescription,
  StreamRecord,
  StreamSource,
} from "./stream-source.js";
export type { Attribute, Condition, Item, ItemKey, PutOutcome, Table, UpdateOutcome } from "./table.js";

import type { BlockStore } from "./block-store.js";
import type { Clock } from "./clock.js";
import type { Console } from "./console.js";
import type { FileSystem } from "./file-system.js";
import type { Ids } from "./ids.js";
import type { Invoker } from "./invoker.js";
import type { StreamSource } from "./stream-source.js";
import type { Table } from "./table.js";

/** What an executor needs of the world. */
export interface ExecutorPorts {
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly streams: StreamSource;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What the driver needs of the world: all of the above, executors to call, and somebody to talk to. */
export interface DriverPorts extends ExecutorPorts {
  readonly invoker: Invoker;
  readonly console: Console;
}
