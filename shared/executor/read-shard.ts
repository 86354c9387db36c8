import { encodeRecordBlock, type RecordBlockHeader, readBlockHeader, type ShardPosition } from "../checkpoint/index.js";
import { CheckpointError, ExpiredIteratorError } from "../errors/index.js";
import type { Shard, StreamRecord } from "../ports/index.js";
import { inline } from "../rdd/index.js";
import type { ExecutorEnvironment } from "./environment.js";
import type { ReadShardRequest, ReadShardResult } from "./messages.js";

/** Most records of one GetRecords call, and the least worth asking for. (Kinesis API reference.) */
const GET_RECORDS_LIMIT = 10_000;
/** Bytes at which a block is cut, so that one task can hold it. */
const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
/** Replies without records after which reading stops although the tip is not reached; the next batch goes on. */
const MAX_EMPTY_REPLIES = 50;

/**
 * Stage 0: what a shard holds for the batch becomes its block. The first writer's block counts: whoever comes later
 * adopts it, so one batch never sees two different readings of a shard.
 */
export async function readShard(environment: ExecutorEnvironment, request: ReadShardRequest): Promise<ReadShardResult> {
  const { blocks } = environment.ports;
  const existing = request.fresh ? undefined : await blocks.get(request.block);
  if (existing !== undefined) return adopt(environment, request, existing);
  const read = await readRecords(environment, request);
  const block = encodeRecordBlock(read.header, read.records, environment.allocate);
  if ((await blocks.putIfAbsent(request.block, block)) === "created") return resultOf(environment, request, block);
  const winner = await blocks.get(request.block);
  if (winner === undefined)
    throw new CheckpointError(`Block ${request.block} was claimed and is gone.`, { block: request.block });
  return adopt(environment, request, winner);
}

function adopt(environment: ExecutorEnvironment, request: ReadShardRequest, block: Uint8Array): ReadShardResult {
  const shared = environment.allocate(block.byteLength);
  shared.set(block);
  return resultOf(environment, request, shared);
}

function resultOf(environment: ExecutorEnvironment, request: ReadShardRequest, block: Uint8Array): ReadShardResult {
  const { header, payload } = readBlockHeader<RecordBlockHeader>(block);
  return {
    header,
    payload:
      block.byteLength - payload <= environment.inlineBytes
        ? inline(block.subarray(payload))
        : { type: "object", name: request.block, start: payload, end: block.byteLength },
  };
}

interface Read {
  readonly header: RecordBlockHeader;
  readonly records: readonly StreamRecord[];
}

async function readRecords(environment: ExecutorEnvironment, request: ReadShardRequest): Promise<Read> {
  const { streams, clock } = environment.ports;
  const records: StreamRecord[] = [];
  let { next, upTo } = request.position;
  if (next.type === "end") throw new CheckpointError(`Shard ${request.shard} has been read to its end already.`);
  let iterator = await streams.getIterator(request.stream, request.shard, next);
  let bytes = 0;
  let empty = 0;
  let behind = 0;
  for (;;) {
    const limit = Math.min(GET_RECORDS_LIMIT, request.maxRecords - records.length);
    let reply: Awaited<ReturnType<typeof streams.getRecords>>;
    try {
      reply = await streams.getRecords(iterator, limit);
    } catch (error) {
      if (!(error instanceof ExpiredIteratorError)) throw error;
      iterator = await streams.getIterator(request.stream, request.shard, next);
      continue;
    }
    behind = reply.millisBehindLatest;
    let due = true;
    for (const record of reply.records) {
      if (record.arrivalTime >= request.until) {
        due = false;
        break;
      }
      records.push(record);
      bytes += record.data.byteLength;
      next = { type: "after-sequence-number", sequenceNumber: record.sequenceNumber };
      upTo = Math.max(upTo, record.arrivalTime);
    }
    const closed = due && reply.nextIterator === undefined;
    if (closed) {
      const position: ShardPosition = { next: { type: "end" }, parents: request.position.parents, upTo };
      return {
        header: {
          records: records.length,
          position,
          children: childrenOf(reply.childShards, upTo),
          millisBehindLatest: 0,
        },
        records,
      };
    }
    if (!due || records.length >= request.maxRecords || bytes >= MAX_BLOCK_BYTES) break;
    empty = reply.records.length === 0 ? empty + 1 : 0;
    // Everything older than now − behind has been seen.
    upTo = Math.max(upTo, Math.min(clock.now() - behind, request.until));
    if (behind === 0 || empty >= MAX_EMPTY_REPLIES || reply.nextIterator === undefined) break;
    iterator = reply.nextIterator;
  }
  const position: ShardPosition = { next, parents: request.position.parents, upTo };
  return { header: { records: records.length, position, children: {}, millisBehindLatest: behind }, records };
}

/** Children begin at their first record: beginning anywhere else would lose what came before the batch that found them. */
function childrenOf(shards: readonly Shard[], upTo: number): Readonly<Record<string, ShardPosition>> {
  return Object.fromEntries(
    shards.map((shard) => [
      shard.shardId,
      { next: { type: "trim-horizon" as const }, parents: shard.parentShardIds, upTo },
    ]),
  );
}
