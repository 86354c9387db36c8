/**
 * When an application may sleep: a batch without records would then only repeat the one before. Sleeping is the
 * program's choice, because outputs see no empty batches meanwhile and functions of `updateStateByKey` are not called.
 */
import type { Manifest } from "../checkpoint/index.js";
import { chunksOf, type StateMeta } from "../state/index.js";
import { liveStateful, type ResolvedOptions, type StreamGraph } from "../streaming/index.js";
import { holdsElements } from "./memory.js";

/** What a batch left behind. */
export type Left = Pick<Manifest, "records" | "kept" | "state">;

/** True when the batch had nothing to do, changed nothing, and left nothing that a later batch must do without new records. */
export function isQuiet(graph: StreamGraph, before: Left | undefined, after: Left, lagging: boolean): boolean {
  const timesOut = liveStateful(graph).some(({ uid, stateful }) => stateful.timesOut && keysOf(after.state[uid]) > 0);
  return (
    after.records === 0 &&
    !lagging &&
    !timesOut &&
    !holdsElements(after.kept) &&
    chunkNames(before?.state) === chunkNames(after.state)
  );
}

/** True when it has been quiet for as long as the program wants it to be before it sleeps. */
export function maySleep(options: ResolvedOptions, manifest: Manifest | undefined): boolean {
  if (options.idleTimeout === undefined || manifest?.quietSince === undefined) return false;
  return manifest.time - manifest.quietSince >= options.idleTimeout;
}

function keysOf(meta: StateMeta | undefined): number {
  return meta?.partitions.reduce((sum, partition) => sum + partition.keys, 0) ?? 0;
}

/** Names are never used twice, so the same names are the same state. */
function chunkNames(state: Readonly<Record<string, StateMeta>> = {}): string {
  return chunksOf(state)
    .map(({ name }) => name)
    .join("\n");
}
