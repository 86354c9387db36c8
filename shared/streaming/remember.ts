import type { Coverage } from "../rdd/index.js";
import { liveNodes, type StreamGraph, type StreamNode } from "./graph.js";
import { retentionOf } from "./retained.js";

/** Where an application stands. */
export interface Moment {
  /** Batch time of the newest batch that is done, epoch milliseconds. */
  readonly time: number;
  readonly zeroTime: number;
  /** By uid of operators that keep the aggregate of a window: which batches are in it. */
  readonly covers: Readonly<Record<string, Coverage>>;
}

/**
 * Streams whose RDDs of earlier batches are kept, and the batch time after which later batches may ask for them. Follows
 * from the graph and from where aggregates stand, so it is right after skipped batches and after changes of the program.
 * (Spark's rule is the same: a window asks its parent to remember for its own time and the window's.)
 */
export function rememberedAfter(graph: StreamGraph, moment: Moment): ReadonlyMap<StreamNode, number> {
  const after = new Map<StreamNode, number>();
  // Children before parents: what is asked of a union of the past is asked of its parent.
  for (const node of [...liveNodes(graph)].reverse()) {
    const { window } = node;
    const [parent] = node.parents;
    if (window === undefined || parent === undefined) continue;
    const next = validTimeAfter(node, moment.time, moment.zeroTime);
    const own = window.type === "union" ? after.get(node) : undefined;
    const earliest = own === undefined ? next : Math.min(next, validTimeAfter(node, own, moment.zeroTime));
    const covered = window.type === "running" ? moment.covers[node.uid] : undefined;
    const needed = Math.min(earliest - window.length, covered?.after ?? Number.POSITIVE_INFINITY);
    after.set(parent, Math.min(needed, after.get(parent) ?? Number.POSITIVE_INFINITY));
  }
  for (const [node, millis] of retentionOf(graph)) {
    after.set(node, Math.min(moment.time - millis, after.get(node) ?? Number.POSITIVE_INFINITY));
  }
  return new Map([...after].filter(([node]) => node.window?.type !== "union"));
}

/** The moment after a batch, if it goes well. */
export function momentAfter(graph: StreamGraph, before: Moment, time: number): Moment {
  const covers = { ...before.covers };
  for (const node of liveNodes(graph)) {
    if (node.window?.type !== "running" || !isValidTime(node, time, before.zeroTime)) continue;
    covers[node.uid] = { after: time - node.window.length, upTo: time };
  }
  return { time, zeroTime: before.zeroTime, covers };
}

/** Does the stream have an RDD at this time? */
export function isValidTime(node: StreamNode, time: number, zeroTime: number): boolean {
  return time > zeroTime && (time - zeroTime) % node.slide === 0;
}

/** The first valid time of the stream after the given one. */
export function validTimeAfter(node: StreamNode, time: number, zeroTime: number): number {
  return zeroTime + (Math.floor(Math.max(0, time - zeroTime) / node.slide) + 1) * node.slide;
}
