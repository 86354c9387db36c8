import { CheckpointError, FencedError } from "../errors/index.js";
import type { Condition, Item, Table } from "../ports/index.js";
import { headKey } from "./names.js";

/**
 * What the operator wants of the application: `run`; `drain`: process what has arrived, then stop; `stop`: no more batches.
 * It stands in the head, so that a driver hears of it with every commit and asks nobody.
 */
export type Desired = "run" | "drain" | "stop";

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
  readonly desired: Desired;
}

/** Version of the head's own layout. */
const HEAD_VERSION = 1;

/** The head, or `undefined` before the first driver. @throws {CheckpointError} when it was written by a newer version. */
export async function readHead(table: Table, job: string): Promise<Head | undefined> {
  const item = await table.get(headKey(job));
  return item === undefined ? undefined : toHead(item, job);
}

/** A head of which nobody has taken hold. */
const NEW_HEAD = {
  manifest: "",
  manifestHash: "",
  time: 0,
  out: 0,
  revision: 0,
  desired: "run",
  version: HEAD_VERSION,
};

/**
 * Takes the head over: from here on no other driver can commit. Returns the head as it is then, never as it was read before.
 * @throws {FencedError} when another driver was faster.
 */
export function acquireHead(
  table: Table,
  job: string,
  owner: string,
  seen: Head | undefined,
  expires: number,
): Promise<Head> {
  const set = { ...(seen === undefined ? NEW_HEAD : {}), token: (seen?.token ?? 0) + 1, owner, expires };
  return moveHead(table, job, { token: seen?.token }, set);
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
export function commitHead(table: Table, job: string, head: Head, commit: Commit): Promise<Head> {
  return moveHead(table, job, { token: head.token, manifest: head.manifest }, { ...commit });
}

/** Records that all outputs up to the head's batch are done, renews or releases the lease, or discards the next plan. */
export function touchHead(
  table: Table,
  job: string,
  head: Head,
  set: { readonly out?: number; readonly expires?: number; readonly revision?: number },
): Promise<Head> {
  return moveHead(table, job, { token: head.token, manifest: head.manifest }, { ...set });
}

/**
 * Says what the operator wants; the driver hears of it with its next commit, and a later one before it begins. Also for an
 * application that has never run.
 */
export async function setDesired(table: Table, job: string, desired: Desired): Promise<void> {
  const nobody = { ...NEW_HEAD, token: 0, owner: "", expires: 0, desired };
  const created = await table.update(headKey(job), nobody, { version: undefined });
  if (!created.updated) await table.update(headKey(job), { desired }, { version: HEAD_VERSION });
}

/** Says that what was to be drained is drained, unless the operator has changed his mind in the meantime. */
export async function sayDrained(table: Table, job: string): Promise<void> {
  await table.update(headKey(job), { desired: "stop" }, { desired: "drain" });
}

/** @throws {FencedError} when another driver has taken over. */
export async function assertOwned(table: Table, job: string, head: Head): Promise<void> {
  const item = await table.get(headKey(job));
  if (item?.token !== head.token) throw fenced(job, item);
}

/** Attempts at a write that failed without having been applied. */
const MAX_ATTEMPTS = 3;

/**
 * One compare-and-swap. A failure, and a condition that does not hold, may both hide a write that was applied and whose
 * answer was lost: then the head itself says what it came to.
 */
async function moveHead(table: Table, job: string, when: Condition, set: Item): Promise<Head> {
  for (let attempt = 1; ; attempt++) {
    let item: Item | undefined;
    try {
      item = (await table.update(headKey(job), set, when)).item;
    } catch (error) {
      item = await table.get(headKey(job));
      const unchanged = says(item, when);
      if (unchanged && attempt < MAX_ATTEMPTS) continue;
      if (unchanged) throw error;
    }
    if (item !== undefined && says(item, { ...when, ...set })) return toHead(item, job);
    throw fenced(job, item);
  }
}

function fenced(job: string, item: Item | undefined): FencedError {
  return new FencedError(
    `Another driver (${String(item?.owner ?? "unknown")}) has taken over ${job}; this one stops. Nothing is lost.`,
    { job, owner: item?.owner },
  );
}

function says(item: Item | undefined, attributes: Condition): boolean {
  return Object.entries(attributes).every(([name, value]) => item?.[name] === value);
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
    desired: toDesired(item.desired),
  };
}

/** Heads of before there were wishes have none. */
function toDesired(value: unknown): Desired {
  return value === "drain" || value === "stop" ? value : "run";
}
