/** How long the oldest record that no batch has read has been waiting. */
import type { InputPosition, Manifest } from "../../shared/checkpoint/index.js";
import type { ShardStart, StreamSource } from "../../shared/ports/index.js";

/** Reads through stretches of a shard without records before what the service says of itself is believed. */
const MAX_READS = 3;

/** Shards read at a time: a Kinesis shard gives five reads a second to all readers together, its driver included. */
const AT_A_TIME = 8;

interface Place {
  readonly stream: string;
  readonly shardId: string;
  readonly next: ShardStart;
}

/**
 * Milliseconds; 0 when nothing waits, `undefined` for a program without streams.
 * @throws what reading the streams throws.
 */
export async function lagOf(
  streams: StreamSource,
  positions: Manifest["positions"],
  now: number,
): Promise<number | undefined> {
  const places = Object.values(positions).flatMap(placesOf);
  if (Object.values(positions).every(({ type }) => type !== "stream")) return undefined;
  let lag = 0;
  for (let at = 0; at < places.length; at += AT_A_TIME) {
    const some = places.slice(at, at + AT_A_TIME);
    lag = Math.max(lag, ...(await Promise.all(some.map((place) => waitingIn(streams, place, now)))));
  }
  return lag;
}

function placesOf(position: InputPosition): readonly Place[] {
  if (position.type !== "stream") return [];
  // A stream's identity begins with its ARN, by which it can be read under whatever name it is deployed.
  const stream = position.streamId.split("@")[0] ?? "";
  return Object.entries(position.shards).flatMap(([shardId, { next }]) =>
    next.type === "end" ? [] : [{ stream, shardId, next }],
  );
}

async function waitingIn(streams: StreamSource, { stream, shardId, next }: Place, now: number): Promise<number> {
  let iterator = await streams.getIterator(stream, shardId, next);
  let behind = 0;
  for (let read = 0; read < MAX_READS; read++) {
    const reply = await streams.getRecords(iterator, 1);
    const [oldest] = reply.records;
    if (oldest !== undefined) return Math.max(0, now - oldest.arrivalTime);
    behind = reply.millisBehindLatest;
    if (behind === 0 || reply.nextIterator === undefined) return 0;
    iterator = reply.nextIterator;
  }
  return behind;
}
