import { join } from "node:path";
import { type Database, open, type RootDatabase } from "lmdb";
import { IllegalArgumentError } from "../errors/index.js";
import { assertDatabaseFiles } from "./database-file.js";
import type { Durability } from "./durability.js";

/** A sorted map from bytes to bytes. */
export type ByteMap = Database<Uint8Array, Uint8Array>;

/** The embedded database: named maps that change together in transactions. */
export interface LocalDatabase {
  readonly root: RootDatabase;
  /** Block name → bytes. */
  readonly blocks: ByteMap;
  /** Name of a large block → name of its file. */
  readonly largeBlocks: ByteMap;
  /** Partition and sort key → item. */
  readonly items: ByteMap;
  /** Stream name → its description and shards; stream number → its next sequence number. */
  readonly streams: ByteMap;
  /** Stream, shard and last sequence number → some records. */
  readonly segments: ByteMap;
  /** Who uses the directory. */
  readonly owner: ByteMap;
}

/** Longest key, bytes: what a page of 4 KB leaves room for. */
const MAX_KEY_BYTES = 1978;

/** The begin of a transaction that is committed when the function returns and undone when it throws. */
const SYNCHRONOUS_COMMIT = 2;

/**
 * Opens, or creates, the database in a directory.
 * @param readOnly another process may use it; it must be there.
 * @throws {CheckpointError} when its files are something else.
 */
export function openDatabase(directory: string, durability: Durability, readOnly = false): LocalDatabase {
  const path = join(directory, "store");
  assertDatabaseFiles(path);
  const root = open({
    path,
    // Otherwise a dot in the path would make it the name of a file.
    noSubdir: false,
    maxDbs: 8,
    readOnly,
    // A commit means what the durability says when it returns, not some time later.
    overlappingSync: false,
    noSync: durability === "process",
    noMetaSync: durability === "process",
  });
  const map = (name: string): ByteMap => root.openDB({ name, encoding: "binary", keyEncoding: "binary" });
  return {
    root,
    blocks: map("blocks"),
    largeBlocks: map("large-blocks"),
    items: map("items"),
    streams: map("streams"),
    segments: map("segments"),
    owner: map("owner"),
  };
}

/** Runs the function in a transaction: all it writes becomes durable, or, when it throws, nothing. */
export function transact<T>(database: LocalDatabase, body: () => T): T {
  return database.root.transactionSync(body, SYNCHRONOUS_COMMIT);
}

/** The value under a key, as bytes of its own. */
export function readBytes(map: ByteMap, key: Uint8Array): Uint8Array | undefined {
  const volatile = map.getBinaryFast(key);
  if (volatile === undefined) return undefined;
  const bytes = new Uint8Array(volatile.length);
  bytes.set(volatile.subarray(0, volatile.length));
  return bytes;
}

/** Stores a value; call it in a transaction. */
export function writeBytes(map: ByteMap, key: Uint8Array, bytes: Uint8Array): void {
  // The database goes by the address of the bytes, and takes a wrong one, silently, for memory that threads share.
  void map.put(key, bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice());
}

/** A name as a key. @throws {IllegalArgumentError} when it is too long. */
export function toKey(name: string): Uint8Array {
  const key = Buffer.from(name, "utf8");
  if (key.length === 0 || key.length > MAX_KEY_BYTES) {
    throw new IllegalArgumentError(`A name has 1 to ${MAX_KEY_BYTES} bytes, not ${key.length}: "${name}".`);
  }
  return key;
}

/** All keys that start with a prefix, as text, in the order of their bytes. */
export function* keysWithPrefix(map: ByteMap, prefix: string): Iterable<string> {
  const start = Buffer.from(prefix, "utf8");
  for (const key of map.getKeys(start.length > 0 ? { start } : {})) {
    if (Buffer.compare(key.subarray(0, start.length), start) !== 0) return;
    yield Buffer.from(key).toString("utf8");
  }
}
