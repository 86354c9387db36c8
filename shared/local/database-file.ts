import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors/index.js";

/** First four bytes of both files' contents, little-endian. (LMDB's MDB_MAGIC, mdb.c.) */
const MAGIC = 0xbeefc0de;
/** Where the magic number lies: behind the page header in the data file, at the beginning of the lock file. */
const FILES = [
  { name: "data.mdb", offset: 24 },
  { name: "lock.mdb", offset: 0 },
] as const;

/**
 * The database is mapped into memory as it is, and a file of other bytes would bring the process down: so what is there
 * must at least begin as a database does.
 * @throws {CheckpointError} when it does not.
 */
export function assertDatabaseFiles(directory: string): void {
  for (const { name, offset } of FILES) {
    const path = join(directory, name);
    if (!existsSync(path)) continue;
    const start = readAt(path, offset, 4);
    // Another process may be creating the files this very moment, or was killed while it did: that is a new database.
    if (start.length === 0 || (name === "lock.mdb" && start.every((byte) => byte === 0))) continue;
    if (start.length === 4 && start.readUInt32LE(0) === MAGIC) continue;
    throw new CheckpointError(
      `The checkpoint cannot be read: ${path} is not a database (it is damaged, or another program wrote it). Restore the directory, or move it away to begin anew.`,
      { path },
    );
  }
}

function readAt(path: string, offset: number, length: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
  } finally {
    closeSync(file);
  }
}
