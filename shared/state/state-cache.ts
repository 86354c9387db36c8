import type { StatePartition } from "./state-partition.js";

/** Most state partitions that an executor keeps warm. */
const MAX_WARM_PARTITIONS = 256;

/**
 * State partitions kept in memory between batches, each under the name of the chunk that ends its chain. A name says
 * exactly which state it is, so a partition left behind by an attempt that lost can never be taken for the committed one.
 */
export class StateCache {
  readonly #warm = new Map<string, { readonly tip: string; readonly partition: StatePartition }>();

  /** Removes and returns the partition if it is exactly the state that ends in `tip`: whoever takes it may change it. */
  take(slot: string, tip: string): StatePartition | undefined {
    const warm = this.#warm.get(slot);
    if (warm === undefined) return undefined;
    this.#warm.delete(slot);
    return warm.tip === tip ? warm.partition : undefined;
  }

  put(slot: string, tip: string, partition: StatePartition): void {
    this.#warm.set(slot, { tip, partition });
    if (this.#warm.size <= MAX_WARM_PARTITIONS) return;
    for (const oldest of this.#warm.keys()) {
      this.#warm.delete(oldest);
      break;
    }
  }
}
