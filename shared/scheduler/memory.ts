/** What an application remembers of earlier batches: RDDs that windows of later batches need. */
import type { Coverage, KeptPiece, KeptRdd } from "../rdd/index.js";
import { HashPartitioner } from "../rdd/index.js";
import type { StateMeta } from "../state/index.js";
import { type BatchMemory, type Moment, rememberedAfter, type StreamGraph } from "../streaming/index.js";

/** By stream uid, oldest first. */
export type Memory = Readonly<Record<string, readonly KeptRdd[]>>;

/** By uid of operators that keep the aggregate of a window: which batches are in it. */
export function coversOf(state: Readonly<Record<string, StateMeta>>): Readonly<Record<string, Coverage>> {
  const covers: Record<string, Coverage> = {};
  for (const [uid, { partitions }] of Object.entries(state)) {
    const covered = partitions[0]?.covers;
    if (covered !== undefined) covers[uid] = covered;
  }
  return covers;
}

/** The memory after a batch: with what the batch added, without what nobody can ask for any more. */
export function memoryAfter(
  graph: StreamGraph,
  before: Memory,
  moment: Moment,
  added: readonly BatchMemory[],
  pieces: Readonly<Record<string, readonly KeptPiece[]>>,
): Memory {
  const memory: Record<string, readonly KeptRdd[]> = {};
  for (const [{ uid }, after] of rememberedAfter(graph, moment)) {
    const node = added.find((memory) => memory.uid === uid)?.node;
    const newest: KeptRdd[] =
      node === undefined
        ? []
        : [
            {
              time: moment.time,
              numPartitions: node.numPartitions,
              hashed: node.partitioner instanceof HashPartitioner,
              pieces: pieces[uid] ?? [],
            },
          ];
    const needed = [...(before[uid] ?? []), ...newest].filter((rdd) => rdd.time > after);
    if (needed.length > 0) memory[uid] = needed;
  }
  return memory;
}

/** Names of the objects that hold it. */
export function objectsOfMemory(memory: Memory): ReadonlySet<string> {
  const pieces = Object.values(memory).flatMap((rdds) => rdds.flatMap((rdd) => rdd.pieces));
  return new Set(pieces.filter((piece) => piece.bytes === undefined && isStored(piece)).map((piece) => piece.name));
}

/** True when some remembered RDD has elements. */
export function holdsElements(memory: Memory): boolean {
  return Object.values(memory).some((rdds) => rdds.some((rdd) => rdd.pieces.some(isStored)));
}

/** Without elements there is no object. */
function isStored({ offsets }: KeptPiece): boolean {
  return (offsets.at(-1) ?? 0) > (offsets[0] ?? 0);
}
