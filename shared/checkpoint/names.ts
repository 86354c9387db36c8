/** Every name under which a job keeps something. All but the head are written once and never again. */
import type { ItemKey } from "../ports/index.js";

/** Partition key of all table items of a job, and first part of all its object names. */
export function jobName(appName: string): string {
  return `job-${appName}`;
}

/** The one item that changes: moved by compare-and-swap. */
export function headKey(job: string): ItemKey {
  return { partition: job, sort: "head" };
}

/** The plan for the batch after a manifest; `revision` grows when an operator discards a plan that cannot be carried out. */
export function planKey(job: string, previousManifest: string, revision: number): ItemKey {
  return { partition: job, sort: `plan/${previousManifest}/${revision}` };
}

/** A plan that is too large for an item. */
export function planObject(job: string, plan: string): string {
  return `${job}/plan/${plan}`;
}

/** What has happened between a manifest and the end of the driver that wrote it. */
export function afterKey(job: string, manifest: string): ItemKey {
  return { partition: job, sort: `after/${manifest}` };
}

export function manifestKey(job: string, id: string): ItemKey {
  return { partition: job, sort: `man/${id}` };
}

export function manifestObject(job: string, id: string): string {
  return `${job}/man/${id}`;
}

/** The block of one shard of one input: named after the batch before, so that a time chosen differently cannot split it. */
export function blockName(job: string, previousManifest: string, uid: string, shard: string): string {
  return `${job}/b/${previousManifest}/${uid}/${shard}`;
}

/** Scratch of one execution: shuffle files and what one stage hands over to another. Never outlives the batch. */
export function scratchName(job: string, plan: string, execution: string, part: string): string {
  return `${job}/sh/${plan}/${execution}/${part}`;
}

/** A request to an executor or its reply, when it is too large to travel itself. Scratch, like what stages hand over. */
export function messageName(job: string, message: string): string {
  return `${job}/sh/invoke/${message}`;
}

/** What one execution keeps of its batch for later ones. */
export function keptName(job: string, execution: string): string {
  return `${job}/kept/${execution}`;
}

/** What an output operation will send, when it is too large for the manifest. */
export function outputName(job: string, plan: string, execution: string, uid: string, partition: number): string {
  return `${job}/out/${plan}/${execution}/${uid}/${partition}`;
}
