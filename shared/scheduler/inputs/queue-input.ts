import type { InputPosition } from "../../checkpoint/index.js";
import { encodeColumn } from "../../codec/index.js";
import type { BlockStore } from "../../ports/index.js";
import { inline } from "../../rdd/index.js";
import type { QueueInput } from "../../streaming/index.js";
import { type ClaimedInput, claimHeader } from "./claim.js";

type QueuePosition = Extract<InputPosition, { type: "queue" }>;

interface QueueBlock {
  readonly taken: number;
  readonly records: number;
  /** Encoded columns, one a partition; `null`: no RDD. */
  readonly partitions: readonly Uint8Array[] | null;
}

export const queueStart: QueuePosition = { type: "queue", taken: 0 };

/** The next collection of the queue (or all of them), cut into partitions. */
export async function claimQueue(
  blocks: BlockStore,
  name: string,
  input: QueueInput,
  position: QueuePosition,
  defaultPartitions: number,
): Promise<ClaimedInput> {
  const block = await claimHeader(
    blocks,
    name,
    readQueue(input, position.taken, input.numPartitions ?? defaultPartitions),
  );
  const columns = block.partitions;
  return {
    sources: columns === null ? null : columns.map((bytes) => ({ type: "column", ref: inline(bytes) })),
    position: { type: "queue", taken: block.taken },
    records: block.records,
    bytes: columns?.reduce((sum, column) => sum + column.byteLength, 0) ?? 0,
    blocks: [name],
    lagging: block.taken < input.queue.length,
  };
}

function readQueue(input: QueueInput, taken: number, numPartitions: number): QueueBlock {
  const left = input.queue.length - taken;
  // What stands in for an exhausted queue was not received: a graceful stop must not wait for its end.
  if (left <= 0) return { ...queueBlock(taken, input.defaultValue ?? [], numPartitions), records: 0 };
  if (input.oneAtATime) return queueBlock(taken + 1, input.queue[taken] ?? null, numPartitions);
  const all = input.queue.slice(taken).flatMap((collection) => collection ?? []);
  return queueBlock(input.queue.length, all, numPartitions);
}

function queueBlock(taken: number, values: readonly unknown[] | null, numPartitions: number): QueueBlock {
  if (values === null) return { taken, records: 0, partitions: null };
  return { taken, records: values.length, partitions: cut(values, numPartitions).map((part) => encodeColumn(part)) };
}

/** Cuts a list of length L at floor(i·L/n), as Spark's `parallelize` does. */
export function cut<T>(values: readonly T[], n: number): readonly (readonly T[])[] {
  const at = (i: number): number => Math.floor((i * values.length) / n);
  return Array.from({ length: n }, (_, i) => values.slice(at(i), at(i + 1)));
}
