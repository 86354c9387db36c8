import type { Manifest } from "../checkpoint/index.js";
import { decodeColumn } from "../codec/index.js";
import { IllegalStateError } from "../errors/index.js";
import { load } from "../executor/index.js";
import type { BlockStore } from "../ports/index.js";
import { type KeptRdd, keptPartition } from "../rdd/index.js";
import { type PastRdd, retentionOf, type StreamGraph, type StreamNode } from "../streaming/index.js";

/**
 * The RDDs that a stream had at the batch times `from <= time <= to` (epoch milliseconds, floored to its slide), oldest
 * first, as far as they are kept.
 * @throws {IllegalStateError} when the stream keeps none.
 */
export async function slice(
  blocks: BlockStore,
  graph: StreamGraph,
  manifest: Manifest | undefined,
  node: StreamNode,
  from: number,
  to: number,
): Promise<readonly PastRdd[]> {
  const retention = retentionOf(graph).get(node);
  if (retention === undefined && manifest?.kept[node.uid] === undefined) {
    throw new IllegalStateError(
      `${node.uid} keeps none of its RDDs: call persist() on it, or ssc.remember(), before the start. (A stream that no output operation depends on has none.)`,
      { operator: node.uid },
    );
  }
  if (manifest === undefined) return [];
  const { zeroTime, time: newest } = manifest;
  const floor = (time: number): number => zeroTime + Math.floor((time - zeroTime) / node.slide) * node.slide;
  const oldest = retention === undefined ? Number.NEGATIVE_INFINITY : newest - retention;
  const times = keptTimes(manifest, node).filter((time) => time >= floor(from) && time <= floor(to) && time > oldest);
  return Promise.all(
    times.map(async (time) => ({ time, partitions: (await Promise.all(read(blocks, manifest, node, time))).flat() })),
  );
}

/** Batch times at which the stream had an RDD that can be put together. */
function keptTimes(manifest: Manifest, node: StreamNode): readonly number[] {
  const [parent] = node.parents;
  if (node.window?.type !== "union" || parent === undefined) {
    return (manifest.kept[node.uid] ?? []).map(({ time }) => time);
  }
  const { zeroTime, time: newest } = manifest;
  const [first = newest] = keptTimes(manifest, parent);
  const oldest = zeroTime + Math.ceil((first - zeroTime) / node.slide) * node.slide;
  const count = Math.max(0, Math.floor((newest - oldest) / node.slide) + 1);
  return Array.from({ length: count }, (_, i) => oldest + i * node.slide);
}

/** Its partitions, one group for each RDD that it consists of. */
function read(blocks: BlockStore, manifest: Manifest, node: StreamNode, time: number): Promise<unknown[][]>[] {
  const [parent] = node.parents;
  if (node.window?.type === "union" && parent !== undefined) {
    const { length } = node.window;
    return keptTimes(manifest, parent)
      .filter((at) => at > time - length && at <= time)
      .flatMap((at) => read(blocks, manifest, parent, at));
  }
  const rdd = manifest.kept[node.uid]?.find((kept) => kept.time === time);
  return rdd === undefined ? [] : [partitionsOf(blocks, rdd)];
}

function partitionsOf(blocks: BlockStore, rdd: KeptRdd): Promise<unknown[][]> {
  return Promise.all(
    Array.from({ length: rdd.numPartitions }, async (_, partition) => {
      const { ref } = keptPartition(rdd, partition);
      return ref === undefined ? [] : decodeColumn(await load(blocks, ref));
    }),
  );
}
