import { ExpiredIteratorError, IllegalArgumentError } from "../errors/index.js";
import type { ShardStart } from "../ports/index.js";
import { ITERATOR_LIFETIME_MILLIS } from "./limits.js";

/** A place in a shard, as an iterator carries it. */
export interface IteratorPosition {
  readonly stream: string;
  /** Identity of the stream, so that an iterator does not outlive it. */
  readonly streamId: string;
  readonly shardId: string;
  /** The records after this one follow; "0" is before all. */
  readonly after: string;
  /** Records that arrived earlier are skipped, until the first that did not. */
  readonly from?: number;
  /** When the iterator was made, epoch milliseconds. */
  readonly issued: number;
}

/** The position at which a reader starts. */
export function startPosition(
  place: Pick<IteratorPosition, "stream" | "streamId" | "shardId" | "issued">,
  start: ShardStart,
): IteratorPosition {
  switch (start.type) {
    case "trim-horizon":
      return { ...place, after: "0" };
    case "after-sequence-number":
      if (!/^\d+$/.test(start.sequenceNumber)) {
        throw new IllegalArgumentError(`"${start.sequenceNumber}" is no sequence number.`, { ...place });
      }
      return { ...place, after: start.sequenceNumber };
    case "at-timestamp":
      return { ...place, after: "0", from: start.timestamp };
  }
}

/** The iterator as an opaque string. */
export function encodeIterator(position: IteratorPosition): string {
  return Buffer.from(JSON.stringify(position), "utf8").toString("base64url");
}

/** @throws {IllegalArgumentError} when the string never was an iterator. @throws {ExpiredIteratorError} */
export function decodeIterator(iterator: string, now: number): IteratorPosition {
  const position = parse(iterator);
  if (now - position.issued > ITERATOR_LIFETIME_MILLIS) {
    throw new ExpiredIteratorError(
      `The iterator of shard ${position.shardId} of stream ${position.stream} is older than five minutes.`,
      { stream: position.stream, shardId: position.shardId, issued: position.issued },
    );
  }
  return position;
}

function parse(iterator: string): IteratorPosition {
  try {
    const position = JSON.parse(Buffer.from(iterator, "base64url").toString("utf8")) as IteratorPosition;
    if (typeof position.shardId === "string" && typeof position.issued === "number") return position;
  } catch {
    // Falls through to the one error for everything that is no iterator.
  }
  throw new IllegalArgumentError("The shard iterator is damaged: use one that getIterator or getRecords returned.");
}
