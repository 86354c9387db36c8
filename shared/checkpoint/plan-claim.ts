import { decode, encode } from "../codec/index.js";
import { CheckpointError } from "../errors/index.js";
import type { Item, ItemKey } from "../ports/index.js";
import type { SharedData } from "../rdd/index.js";
import { type CheckpointStorage, fitsItem, type InputPosition, type Manifest, type Names } from "./manifest.js";
import { planKey, planObject } from "./names.js";

/**
 * What a batch is, fixed before anything of it is done: claimed once per predecessor manifest. Whoever finds one adopts
 * it, so two drivers that plan the same step run the same batch.
 */
export interface BatchPlan {
  /** Name of the plan, part of all scratch names. */
  readonly id: string;
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  readonly zeroTime: number;
  readonly codeVersion: string;
  /** Where inputs start that the manifest before does not know; the others start at its positions. See {@link startsOf}. */
  readonly starts: Readonly<Record<string, InputPosition>>;
  /** Number of partitions of shuffles where the program does not say. */
  readonly defaultPartitions: number;
  /** Static data and broadcast variables of the batch. */
  readonly shared: SharedData;
}

/** By input uid: where the batch of a plan starts. Positions come from the manifest alone; a plan fixes the first ones. */
export function startsOf(plan: BatchPlan, previous: Manifest | undefined): Readonly<Record<string, InputPosition>> {
  return { ...plan.starts, ...previous?.positions };
}

/** A plan that counts. */
export interface ClaimedPlan {
  readonly plan: BatchPlan;
  /** True when this is the caller's own, so that nobody can have begun with it before. */
  readonly fresh: boolean;
  /** Where it lies; all of it goes with the manifest of its batch. */
  readonly names: Names;
}

/** Claims the plan for the batch after `previous`, or returns the one that another driver claimed before. */
export async function claimPlan(
  storage: CheckpointStorage,
  job: string,
  previous: string,
  revision: number,
  plan: BatchPlan,
): Promise<ClaimedPlan> {
  const key = planKey(job, previous, revision);
  const item = await store(storage, job, plan);
  const outcome = await storage.table.putIfAbsent(key, item);
  const winner = outcome.created ? item : outcome.existing;
  return {
    plan: outcome.created ? plan : await load(storage, key, winner),
    fresh: outcome.created,
    names: { items: [key.sort], objects: typeof winner.object === "string" ? [winner.object] : [] },
  };
}

/** The plan that was claimed under a key already, if any. */
export async function readPlan(storage: CheckpointStorage, key: ItemKey): Promise<BatchPlan | undefined> {
  const item = await storage.table.get(key);
  return item && load(storage, key, item);
}

/** What the item of a plan says: the plan, or where it lies when it is the first of very many shards. */
async function store(storage: CheckpointStorage, job: string, plan: BatchPlan): Promise<Item> {
  const bytes = encode(plan);
  if (fitsItem(storage, bytes)) return { bytes };
  const object = planObject(job, plan.id);
  await storage.blocks.put(object, bytes);
  return { object };
}

async function load({ blocks }: CheckpointStorage, key: ItemKey, item: Item): Promise<BatchPlan> {
  const bytes = typeof item.object === "string" ? await blocks.get(item.object) : item.bytes;
  if (bytes instanceof Uint8Array) return decode(bytes) as BatchPlan;
  throw new CheckpointError(`The plan ${key.sort} of ${key.partition} cannot be read: its object is not there.`, {
    job: key.partition,
    object: item.object,
  });
}
