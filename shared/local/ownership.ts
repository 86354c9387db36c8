import { IllegalStateError } from "../errors/index.js";
import { type LocalDatabase, readBytes, toKey, transact, writeBytes } from "./database.js";
import { processIdentity } from "./process-identity.js";

interface Owner {
  readonly pid: number;
  readonly identity: string | undefined;
}

const KEY = toKey("owner");

/** Directories that this process uses, by their real paths. */
const inThisProcess = new Set<string>();

/**
 * Keeps a second store of this process away from the files: merely opening and closing the lock file would drop the
 * locks that the first one holds on it, as the operating system gives them to processes, not to descriptors.
 *
 * @throws {IllegalStateError} when this process uses the directory.
 */
export function claimInProcess(path: string, directory: string): void {
  if (inThisProcess.has(path)) throw inUse(directory, process.pid);
  inThisProcess.add(path);
}

/** Allows this process to use the directory again. */
export function releaseInProcess(path: string): void {
  inThisProcess.delete(path);
}

/**
 * Makes this process the only one that uses the directory. The record is examined and replaced in one transaction, so of
 * two that start at the same time one wins; an owner that was killed has left its record but runs no more.
 *
 * It is not a CheckpointError: nothing is wrong with the checkpoint, and nobody must set it aside for that.
 *
 * @throws {IllegalStateError} when another live process, or this one, uses the directory.
 */
export function takeOwnership(database: LocalDatabase, directory: string): void {
  transact(database, () => {
    const owner = readOwner(database);
    if (owner !== undefined && owner.identity !== undefined && processIdentity(owner.pid) === owner.identity) {
      throw inUse(directory, owner.pid);
    }
    const self: Owner = { pid: process.pid, identity: processIdentity(process.pid) };
    writeBytes(database.owner, KEY, Buffer.from(JSON.stringify(self)));
  });
}

/** Leaves the directory to others. */
export function giveUpOwnership(database: LocalDatabase): void {
  transact(database, () => void database.owner.remove(KEY));
}

function readOwner(database: LocalDatabase): Owner | undefined {
  const bytes = readBytes(database.owner, KEY);
  return bytes && (JSON.parse(Buffer.from(bytes).toString("utf8")) as Owner);
}

function inUse(directory: string, pid: number): IllegalStateError {
  return new IllegalStateError(
    `The checkpoint directory ${directory} is in use by process ${pid}. Stop that process, or use another directory.`,
    { directory, pid },
  );
}
