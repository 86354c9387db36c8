import { encodeHeaderBlock, type InputPosition, readBlockHeader, type ShardRecord } from "../../checkpoint/index.js";
import { CheckpointError } from "../../errors/index.js";
import type { BlockStore } from "../../ports/index.js";
import type { PartitionSource } from "../../rdd/index.js";

/** What an input gives to one batch, fixed by its claimed blocks. */
export interface ClaimedInput {
  /** `null`: no RDD for this batch. */
  readonly sources: readonly PartitionSource[] | null;
  /** Where the next batch starts. */
  readonly position: InputPosition;
  readonly records: number;
  /** Bytes to be read, as far as known: decides how far the batch is spread. */
  readonly bytes: number;
  /** Of streams: what was read of which shard. */
  readonly shards?: readonly ShardRecord[];
  /** Names of the claimed blocks. */
  readonly blocks: readonly string[];
  /** True when more could have been read: something is left for the next batch. */
  readonly lagging: boolean;
}

/** Claims a block that consists of a header only; returns the header that counts, ours or the one that was first. */
export async function claimHeader<H>(blocks: BlockStore, name: string, header: H): Promise<H> {
  if ((await blocks.putIfAbsent(name, encodeHeaderBlock(header))) === "created") return header;
  const winner = await blocks.get(name);
  if (winner === undefined) throw new CheckpointError(`Block ${name} was claimed and is gone.`, { block: name });
  return readBlockHeader<H>(winner).header;
}
