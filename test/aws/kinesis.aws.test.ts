import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeStreamCommand,
  type KinesisClient,
  MergeShardsCommand,
  SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { KinesisStreamSource } from "../../shared/aws/index.js";
import { SystemClock } from "../../shared/system/index.js";
import { describeStreamSource } from "../contracts/stream-source.contract.js";
import { openService } from "./services.js";

jest.setTimeout(60_000);

/** Splits and merges as an operator does; resolves when the stream takes the next change. */
function resharding(client: KinesisClient) {
  const describeStream = async (stream: string) =>
    (await client.send(new DescribeStreamCommand({ StreamName: stream }))).StreamDescription;
  const active = async (stream: string) => {
    while ((await describeStream(stream))?.StreamStatus !== "ACTIVE") await sleep(50);
  };
  return {
    async split(stream: string, shardId: string) {
      const shard = (await describeStream(stream))?.Shards?.find(({ ShardId }) => ShardId === shardId);
      const start = BigInt(shard?.HashKeyRange?.StartingHashKey ?? 0);
      const end = BigInt(shard?.HashKeyRange?.EndingHashKey ?? 0);
      const middle = String((start + end + 1n) / 2n);
      await client.send(
        new SplitShardCommand({ StreamName: stream, ShardToSplit: shardId, NewStartingHashKey: middle }),
      );
      await active(stream);
    },
    async merge(stream: string, shardId: string, adjacentShardId: string) {
      await client.send(
        new MergeShardsCommand({ StreamName: stream, ShardToMerge: shardId, AdjacentShardToMerge: adjacentShardId }),
      );
      await active(stream);
    },
  };
}

describeStreamSource("Kinesis", { timeIsCheap: false, reshards: true }, async () => {
  const { clients, close } = await openService("kinesis");
  return {
    subject: {
      streams: new KinesisStreamSource(clients.kinesis, new SystemClock()),
      now: () => Date.now(),
      pause: (ms) => sleep(ms),
      ...resharding(clients.kinesis),
    },
    close,
  };
});
