import { IllegalArgumentError, IllegalStateError } from "../errors/index.js";
import type { Shard } from "../ports/index.js";
import { HASH_KEYS } from "./hash-key.js";

/** A shard with the range of hash keys it owns; plain data, so that it can be stored. */
export interface ShardRange {
  readonly shardId: string;
  readonly parentShardIds: readonly string[];
  /** First hash key of the range, decimal digits, as in the Kinesis API. */
  readonly startingHashKey: string;
  /** Last hash key of the range (inclusive), decimal digits. */
  readonly endingHashKey: string;
  /** When it was split or merged (epoch milliseconds); absent while it takes records. */
  readonly closedAt?: number;
}

/** `count` shards that divide the hash keys evenly. @throws {IllegalArgumentError} unless `count` is a positive integer. */
export function initialShards(count: number): readonly ShardRange[] {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new IllegalArgumentError(`A stream needs at least one shard, not ${count}.`, { shards: count });
  }
  const boundary = (index: number) => (HASH_KEYS * BigInt(index)) / BigInt(count);
  return Array.from({ length: count }, (_, index) =>
    range(shardIdOf(index), [], boundary(index), boundary(index + 1) - 1n),
  );
}

/** Closes the shard; two new ones share its range. @throws {IllegalArgumentError} @throws {IllegalStateError} */
export function splitShard(shards: readonly ShardRange[], shardId: string, now: number): readonly ShardRange[] {
  const parent = openShard(shards, shardId);
  const [start, end] = boundsOf(parent);
  if (start === end) throw new IllegalStateError(`Shard ${shardId} owns a single hash key and cannot be split.`);
  const middle = (start + end + 1n) / 2n;
  const next = nextIndex(shards);
  return [
    ...close(shards, [shardId], now),
    range(shardIdOf(next), [shardId], start, middle - 1n),
    range(shardIdOf(next + 1), [shardId], middle, end),
  ];
}

/** Closes two neighbours; a new shard takes their range. @throws {IllegalArgumentError} @throws {IllegalStateError} */
export function mergeShards(
  shards: readonly ShardRange[],
  firstId: string,
  secondId: string,
  now: number,
): readonly ShardRange[] {
  const bounds = [boundsOf(openShard(shards, firstId)), boundsOf(openShard(shards, secondId))] as const;
  const [lower, upper] = bounds[0][0] < bounds[1][0] ? bounds : [bounds[1], bounds[0]];
  if (lower[1] + 1n !== upper[0]) {
    throw new IllegalStateError(`Shards ${firstId} and ${secondId} are no neighbours and cannot be merged.`);
  }
  return [
    ...close(shards, [firstId, secondId], now),
    range(shardIdOf(nextIndex(shards)), [firstId, secondId], lower[0], upper[1]),
  ];
}

/**
 * The shards without those that closed longer ago than the retention. A closed shard is kept that long even when it is
 * empty: a reader that has not yet seen its end must still find it.
 */
export function retainedShards(
  shards: readonly ShardRange[],
  now: number,
  retentionMillis: number,
): readonly ShardRange[] {
  const retained = shards.filter(({ closedAt }) => closedAt === undefined || closedAt + retentionMillis > now);
  return retained.length === shards.length ? shards : retained;
}

/** The shard as the port shows it. */
export function toShard({ shardId, parentShardIds, closedAt }: ShardRange): Shard {
  return { shardId, parentShardIds: [...parentShardIds], closed: closedAt !== undefined };
}

/** First and last hash key of the shard. */
export function boundsOf(shard: ShardRange): readonly [bigint, bigint] {
  return [BigInt(shard.startingHashKey), BigInt(shard.endingHashKey)];
}

function openShard(shards: readonly ShardRange[], shardId: string): ShardRange {
  const shard = shards.find((candidate) => candidate.shardId === shardId);
  if (shard === undefined) throw new IllegalArgumentError(`There is no shard ${shardId}.`, { shardId });
  if (shard.closedAt !== undefined) throw new IllegalStateError(`Shard ${shardId} is closed already.`, { shardId });
  return shard;
}

function close(shards: readonly ShardRange[], shardIds: readonly string[], now: number): readonly ShardRange[] {
  return shards.map((shard) => (shardIds.includes(shard.shardId) ? { ...shard, closedAt: now } : shard));
}

function range(shardId: string, parentShardIds: readonly string[], start: bigint, end: bigint): ShardRange {
  return { shardId, parentShardIds, startingHashKey: String(start), endingHashKey: String(end) };
}

function shardIdOf(index: number): string {
  return `shardId-${String(index).padStart(12, "0")}`;
}

// The newest shard is always open, so it is never among those that retention has dropped.
function nextIndex(shards: readonly ShardRange[]): number {
  return Math.max(...shards.map(({ shardId }) => Number(shardId.slice("shardId-".length)))) + 1;
}
