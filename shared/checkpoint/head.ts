import { CheckpointError, FencedError } from "../errors/index.js";
import type { Item, Table } from "../ports/index.js";
import { headKey } from "./names.js";

/**
 * The only thing that ever changes. It moves by compare-and-swap on (fencing token, predecessor manifest): the
 * predecessor alone makes a late or doubled commit harmless, the token makes a replaced driver find out.
 */
export interface Head {
  /** Grows with every driver that takes over. */
  readonly token: number;
  readonly owner: string;
  /** When the owner's lease runs out, epoch milliseconds; 0 after a release. Saves work, never relied on for safety. */
  readonly expires: number;
  /** Newest manifest; empty before the first batch. */
  readonly manifest: string;
  readonly manifestHash: string;
  /** Batch time of the newest manifest; 0 before the first batch. */
  readonly time: number;
  /** Batch time up to which all outputs are done. */
  readonly out: number;
  /** Revision of the plan after {@link manifest}. */
  readonly revision: number;
}

/** Version of the head's own layout. */
const HEAD_VERSION = 1;

/** The head, or `undefined` before the first driver. @throws {CheckpointError} when it was written by a newer version. */
export async function readHead(table: Table, job: string): Promise<Head | undefined> {
  const item = await table.get(headKey(job));
  return item === undefined ? undefined : toHead(item, job);
}

/**
 * Takes the head over: from here on no other driver can commit. Returns the head as it is then, never as it was read before.
 * @throws {FencedError} when another driver was faster.
 */
export async function acquireHead(
  table: Table,
  job: string,
  owner: string,
  seen: Head | undefined,
  expires: number,
): Promise<Head> {
  const fresh = { manifest: "", manifestHash: "", time: 0, out: 0, revision: 0, version: HEAD_VERSION };
  const set: Item = { ...(seen === undefined ? fresh : {}), token: (seen?.token ?? 0) + 1, owner, expires };
  const outcome = await table.update(headKey(job), set, { token: seen?.token });
  if (outcome.updated) return toHead(outcome.item, job);
  const now = outcome.item === undefined ? undefined : toHead(outcome.item, job);
  // Our own request may have been applied by a retry whose first answer was lost.
  if (now !== undefined && now.owner === owner && now.token === set.token) return now;
  throw new FencedError(`Another driver (${now?.owner ?? "unknown"}) took over ${job} first.`, {
    job,
    owner: now?.owner,
  });
}

/** What a commit says. */
export interface Commit {
  readonly manifest: string;
  readonly manifestHash: string;
  readonly time: number;
  readonly out: number;
  readonly expires: number;
}

/**
 * Moves the head from its manifest to the next.
 * @throws {FencedError} when another driver has taken over.
 */
export async function commitHead(table: Table, job: string, head: Head, commit: Commit): Promise<Head> {
  const outcome = await table.update(headKey(job), { ...commit }, { token: head.token, manifest: head.manifest });
  if (outcome.updated) return toHead(outcome.item, job);
  const now = outcome.item === undefined ? undefined : toHead(outcome.item, job);
  // The condition fails on our own write too, when a first attempt was applied and its answer lost: read back by name.
  if (now?.manifest === commit.manifest) return now;
  throw fenced(job, now);
}

/** Records that all outputs up to the head's batch are done, or renews or releases the lease. */
export async function touchHead(
  table: Table,
  job: string,
  head: Head,
  set: { readonly out?: number; readonly expires?: number },
): Promise<Head> {
  const outcome = await table.update(headKey(job), { ...set }, { token: head.token, manifest: head.manifest });
  if (outcome.updated) return toHead(outcome.item, job);
  throw fenced(job, outcome.item === undefined ? undefined : toHead(outcome.item, job));
}

function fenced(job: string, now: Head | undefined): FencedError {
  return new FencedError(
    `Another driver (${now?.owner ?? "unknown"}) has taken over ${job}; this one stops. Nothing is lost.`,
    { job, owner: now?.owner },
  );
}

function toHead(item: Item, job: string): Head {
  if (item.version !== HEAD_VERSION) {
    throw new CheckpointError(
      `The checkpoint of ${job} has layout version ${String(item.version)}, but this version of Sluice reads ${HEAD_VERSION}: use the version that wrote it.`,
      { job },
    );
  }
  return {
    token: Number(item.token),
    owner: String(item.owner),
    expires: Number(item.expires),
    manifest: String(item.manifest),
    manifestHash: String(item.manifestHash),
    time: Number(item.time),
    out: Number(item.out),
    revision: Number(item.revision),
  };
}
