import {
  type AttemptRecord,
  blockName,
  type InputPosition,
  type ShardPosition,
  type ShardRecord,
} from "../../checkpoint/index.js";
import { DataLossError, StreamNotFoundError } from "../../errors/index.js";
import type { ReadShardResult } from "../../executor/index.js";
import type { ShardStart, StreamSource } from "../../ports/index.js";
import { byteLength, type PartitionSource } from "../../rdd/index.js";
import { together } from "../../rules/index.js";
import type { StreamInput } from "../../streaming/index.js";
import type { TaskRunner } from "../task-runner.js";
import type { ClaimedInput } from "./claim.js";

export type StreamPosition = Extract<InputPosition, { type: "stream" }>;

/** Blocks are cut into partitions of about this size, so that one shard's batch can use several executors. */
const SPLIT_BYTES = 1024 * 1024;

/** Where a stream begins when the application runs for the first time. @throws {StreamNotFoundError} */
export async function streamStart(streams: StreamSource, input: StreamInput, now: number): Promise<StreamPosition> {
  const description = await streams.describe(input.stream);
  if (description === undefined) throw new StreamNotFoundError(input.stream);
  const shards = await streams.listShards(input.stream);
  const listed = new Set(shards.map((shard) => shard.shardId));
  const next = startOf(input, now);
  return {
    type: "stream",
    streamId: description.id,
    shards: Object.fromEntries(
      shards.map((shard): [string, ShardPosition] => [
        shard.shardId,
        { next, parents: shard.parentShardIds.filter((parent) => listed.has(parent)), upTo: now },
      ]),
    ),
  };
}

/** "Latest" is resolved once: after a crash before the first record it would mean something else. */
function startOf(input: StreamInput, now: number): ShardStart {
  const { initialPosition } = input;
  switch (initialPosition.type) {
    case "trim-horizon":
      return { type: "trim-horizon" };
    case "latest":
      return { type: "at-timestamp", timestamp: now };
    case "at-timestamp":
      return { type: "at-timestamp", timestamp: initialPosition.timestamp };
  }
}

/**
 * Shards to be read now: not at their end, and all parents read to theirs. A parent that is not known is one that has not been
 * found yet, behind a shard that was split and whose end has not been read: those read to their end stay as long as a child is read.
 */
export function readableShards(position: StreamPosition): readonly string[] {
  return Object.entries(position.shards)
    .filter(([, shard]) => shard.next.type !== "end")
    .filter(([, shard]) => shard.parents.every((parent) => position.shards[parent]?.next.type === "end"))
    .map(([id]) => id)
    .sort();
}

export interface StreamBatch {
  readonly job: string;
  readonly previousManifest: string;
  readonly uid: string;
  readonly time: number;
  /** Planned by this driver just now. */
  readonly fresh: boolean;
  readonly now: number;
  /** How much one shard may bring when so many are read. */
  maxRecordsPerShard(shards: number): number;
  readonly defaultPartitions: number;
}

/** Reads all shards, each into its block. */
export async function claimStream(
  streams: StreamSource,
  tasks: TaskRunner,
  input: StreamInput,
  position: StreamPosition,
  batch: StreamBatch,
): Promise<ClaimedInput> {
  await assertNothingLost(streams, input, position, batch);
  const shards = readableShards(position);
  const read = await together(
    shards.map(async (shard) => {
      const block = blockName(batch.job, batch.previousManifest, batch.uid, shard);
      const attempts: AttemptRecord[] = [];
      const result = await tasks.run<ReadShardResult>(
        { type: "any" },
        {
          type: "read-shard",
          block,
          stream: input.stream,
          shard,
          position: position.shards[shard] as ShardPosition,
          until: batch.time,
          maxRecords: batch.maxRecordsPerShard(shards.length),
          fresh: batch.fresh,
        },
        undefined,
        attempts,
      );
      return { shard, block, result, attempts };
    }),
  );
  const after = { ...position.shards };
  for (const { shard, result } of read) {
    for (const [child, start] of Object.entries(result.header.children)) after[child] ??= start;
    after[shard] = result.header.position;
  }
  return {
    sources: read.flatMap(({ result }) => partitionsOf(result, batch.defaultPartitions)),
    position: { ...position, shards: forgetFinished(after) },
    records: read.reduce((sum, { result }) => sum + result.header.records, 0),
    bytes: read.reduce((sum, { result }) => sum + byteLength(result.payload), 0),
    blocks: read.map(({ block }) => block),
    shards: read.map(({ shard, result, attempts }) => shardRecord(shard, result, attempts)),
    // Where a shard has ended its children are still to be read.
    lagging: read.some(
      ({ result: { header } }) => header.millisBehindLatest > 0 || header.position.next.type === "end",
    ),
  };
}

function shardRecord(
  shard: string,
  { header, payload }: ReadShardResult,
  attempts: readonly AttemptRecord[],
): ShardRecord {
  const { next } = header.position;
  return {
    shard,
    records: header.records,
    bytes: byteLength(payload),
    position: next.type === "after-sequence-number" ? next.sequenceNumber : undefined,
    ended: next.type === "end",
    lagMillis: header.millisBehindLatest,
    attempts,
  };
}

/** A small block is one partition, a large one is cut so that the executors can share it. */
function partitionsOf(read: ReadShardResult, defaultPartitions: number): readonly PartitionSource[] {
  const { records } = read.header;
  const wanted = Math.max(1, Math.min(Math.ceil(byteLength(read.payload) / SPLIT_BYTES), defaultPartitions, records));
  const at = (i: number): number => Math.floor((i * records) / wanted);
  return Array.from({ length: wanted }, (_, i) => ({
    type: "records",
    ref: read.payload,
    records,
    from: at(i),
    to: at(i + 1),
  }));
}

/** A shard read to its end is kept only as long as a child waits for it. */
function forgetFinished(shards: Readonly<Record<string, ShardPosition>>): Readonly<Record<string, ShardPosition>> {
  const awaited = new Set(Object.values(shards).flatMap((shard) => (shard.next.type === "end" ? [] : shard.parents)));
  return Object.fromEntries(
    Object.entries(shards).filter(([id, shard]) => shard.next.type !== "end" || awaited.has(id)),
  );
}

/**
 * Kinesis does not fail when a position has expired, it silently goes on at the oldest record; so loss is detected here.
 * @throws {DataLossError}
 */
async function assertNothingLost(
  streams: StreamSource,
  input: StreamInput,
  position: StreamPosition,
  batch: StreamBatch,
): Promise<void> {
  const description = await streams.describe(input.stream);
  if (description === undefined) throw new StreamNotFoundError(input.stream);
  if (description.id !== position.streamId) {
    throw new DataLossError(
      `Stream ${input.stream} was deleted and made again: the positions in the checkpoint belong to another stream. Start with a new checkpoint to read it from its beginning.`,
      { input: batch.uid, stream: input.stream },
    );
  }
  for (const shard of readableShards(position)) {
    const { upTo = batch.now } = position.shards[shard] ?? {};
    if (batch.now - upTo <= description.retentionMillis) continue;
    throw new DataLossError(
      `Shard ${shard} of stream ${input.stream} was last read up to ${upTo} ms, which is further back than the stream's retention of ${description.retentionMillis} ms: records may be lost.`,
      { input: batch.uid, stream: input.stream, shard },
    );
  }
}
