import { CheckpointError } from "../errors/index.js";
import { type LocalDatabase, readBytes, toKey, transact } from "./database.js";
import { processIdentity } from "./process-identity.js";

interface Owner {
  readonly pid: number;
  readonly identity: string | undefined;
}

const KEY = toKey("owner");

/**
 * Makes this process the only one that uses the directory. The record is examined and replaced in one transaction, so of
 * two that start at the same time one wins; an owner that was killed has left its record but runs no more.
 *
 * @throws {CheckpointError} when another live process, or this one, uses the directory.
 */
export function takeOwnership(database: LocalDatabase, directory: string): void {
  transact(database, () => {
    const owner = readOwner(database);
    if (owner !== undefined && owner.identity !== undefined && processIdentity(owner.pid) === owner.identity) {
      throw new CheckpointError(
        `The checkpoint directory ${directory} is in use by process ${owner.pid}. Stop that process, or use another directory.`,
        { directory, pid: owner.pid },
      );
    }
    const self: Owner = { pid: process.pid, identity: processIdentity(process.pid) };
    void database.owner.put(KEY, Buffer.from(JSON.stringify(self)));
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
