/** Splits and merges as an operator does. */
import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { eventually } from "../support/eventually.js";

const PATIENCE_MILLIS = 30_000;

/** Cuts the widest open shard in half. */
export async function split(kinesis: KinesisClient, StreamName: string): Promise<void> {
  const [widest] = (await openShards(kinesis, StreamName)).sort((a, b) => (width(a) < width(b) ? 1 : -1));
  if (widest === undefined) throw new Error(`${StreamName} has no open shard`);
  const NewStartingHashKey = String(start(widest) + width(widest) / 2n);
  await kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit: widest.ShardId, NewStartingHashKey }));
  await active(kinesis, StreamName);
}

/** Makes one of the two lowest open shards. */
export async function merge(kinesis: KinesisClient, StreamName: string): Promise<void> {
  const [first, second] = (await openShards(kinesis, StreamName)).sort((a, b) => (start(a) < start(b) ? -1 : 1));
  const input = { StreamName, ShardToMerge: first?.ShardId, AdjacentShardToMerge: second?.ShardId };
  await kinesis.send(new MergeShardsCommand(input));
  await active(kinesis, StreamName);
}

async function openShards(kinesis: KinesisClient, StreamName: string): Promise<Shard[]> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  return Shards.filter(({ SequenceNumberRange }) => SequenceNumberRange?.EndingSequenceNumber === undefined);
}

async function active(kinesis: KinesisClient, StreamName: string): Promise<void> {
  await eventually(`${StreamName} is active`, PATIENCE_MILLIS, async () => {
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    return StreamDescriptionSummary?.StreamStatus === "ACTIVE";
  });
}

function start({ HashKeyRange }: Shard): bigint {
  return BigInt(HashKeyRange?.StartingHashKey ?? 0);
}

function width(shard: Shard): bigint {
  return BigInt(shard.HashKeyRange?.EndingHashKey ?? 0) - start(shard) + 1n;
}
