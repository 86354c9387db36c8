import type { Clock } from "../ports/index.js";
import type { LocalStream, StreamCatalog } from "./stream-catalog.js";

/** How often records past their retention are looked for, milliseconds: their space is not urgent. */
const SWEEP_MILLIS = 60_000;

/**
 * Records that may go: those their reader is done with, and those past their retention. They are removed along with a
 * put, which is when their space is needed again.
 */
export class TrimList {
  private readonly positions = new Map<string, { stream: string; shardId: string; upTo: number }>();
  private nextSweep = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly catalog: StreamCatalog,
    private readonly clock: Clock,
  ) {}

  get isEmpty(): boolean {
    return this.positions.size === 0;
  }

  add(stream: LocalStream, shardId: string, upTo: number): void {
    const key = `${stream.name}\0${shardId}`;
    const before = this.positions.get(key)?.upTo ?? 0;
    this.positions.set(key, { stream: stream.name, shardId, upTo: Math.max(before, upTo) });
  }

  /** Removes the records; call it in a transaction. */
  apply(): void {
    for (const { stream, shardId, upTo } of this.positions.values()) {
      const found = this.catalog.find(stream);
      if (found !== undefined) this.catalog.log(found, shardId).removeUpTo(upTo);
    }
    if (this.clock.now() >= this.nextSweep) this.sweep();
  }

  /** The transaction of {@link apply} has succeeded. */
  applied(): void {
    this.positions.clear();
    if (this.clock.now() >= this.nextSweep) this.nextSweep = this.clock.now() + SWEEP_MILLIS;
  }

  private sweep(): void {
    for (const stream of this.catalog.all()) {
      const horizon = this.clock.now() - stream.retentionMillis;
      for (const { shardId } of stream.shards) this.catalog.log(stream, shardId).removeArrivedBy(horizon);
    }
  }
}
