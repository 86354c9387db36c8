import { decode, encode } from "../codec/index.js";
import type { Table } from "../ports/index.js";
import type { SharedData } from "../rdd/index.js";
import type { InputPosition } from "./manifest.js";
import { planKey } from "./names.js";

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
  /** Where each input starts: the predecessor's positions, and for the first batch what they were resolved to. */
  readonly starts: Readonly<Record<string, InputPosition>>;
  /** Number of partitions of shuffles where the program does not say. */
  readonly defaultPartitions: number;
  /** Static data and broadcast variables of the batch. */
  readonly shared: SharedData;
}

/** Claims the plan for the batch after `previous`, or returns the one that another driver claimed before. */
export async function claimPlan(
  table: Table,
  job: string,
  previous: string,
  revision: number,
  plan: BatchPlan,
): Promise<BatchPlan> {
  const outcome = await table.putIfAbsent(planKey(job, previous, revision), { bytes: encode(plan) });
  return outcome.created ? plan : (decode(outcome.existing.bytes as Uint8Array) as BatchPlan);
}

/** The plan that was claimed already, if any. */
export async function readPlan(
  table: Table,
  job: string,
  previous: string,
  revision: number,
): Promise<BatchPlan | undefined> {
  const item = await table.get(planKey(job, previous, revision));
  return item === undefined ? undefined : (decode(item.bytes as Uint8Array) as BatchPlan);
}
