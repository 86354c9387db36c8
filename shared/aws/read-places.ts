import type { Clock, ShardStart } from "../ports/index.js";
import { PLACE_LIFETIME_MILLIS } from "./limits.js";
import { type ShardIterator, sameStart } from "./shard-iterator.js";

/**
 * Where the last read of each shard ended. Whoever goes on from there needs no new iterator, which is a call less, and does not
 * search again a stretch in which there was nothing.
 */
export class ReadPlaces {
  readonly #clock: Clock;
  readonly #places = new Map<string, { readonly place: ShardIterator; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps the place of the iterator, one for each shard. */
  remember(place: ShardIterator): void {
    const until = this.#clock.monotonic() + PLACE_LIFETIME_MILLIS;
    this.#places.set(keyOf(place.stream, place.shardId), { place, until });
  }

  /** Kinesis' iterator for this start, if the last read ended there and not too long ago. */
  find(stream: string, shardId: string, start: ShardStart): string | undefined {
    const known = this.#places.get(keyOf(stream, shardId));
    if (known === undefined || this.#clock.monotonic() >= known.until || !sameStart(known.place.start, start)) {
      return undefined;
    }
    return known.place.iterator;
  }

  /** The place is of no use any more: its iterator failed, or the shard is at its end. */
  forget(stream: string, shardId: string): void {
    this.#places.delete(keyOf(stream, shardId));
  }
}

function keyOf(stream: string, shardId: string): string {
  return `${stream}/${shardId}`;
}
