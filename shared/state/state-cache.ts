import type { StatePartition } from "./state-partition.js";
import type { WindowContents } from "./window-contents.js";

/** Most state partitions, and most window partitions, that an executor keeps warm. */
const MAX_WARM_PARTITIONS = 256;

/**
 * What an executor keeps in memory between batches. Whoever takes something has it alone and may change it, and puts it
 * back when all went well: what a failed task leaves half changed is never seen again.
 */
export class StateCache {
  readonly #states = new Slots<{ readonly tip: string; readonly partition: StatePartition }>();
  readonly #windows = new Slots<WindowContents>();

  /**
   * The partition, if it is exactly the state that ends in the chunk `tip`. A name says which state it is, so a partition
   * left behind by an attempt that lost can never be taken for the committed one.
   */
  take(slot: string, tip: string): StatePartition | undefined {
    const warm = this.#states.take(slot);
    return warm?.tip === tip ? warm.partition : undefined;
  }

  put(slot: string, tip: string, partition: StatePartition): void {
    this.#states.put(slot, { tip, partition });
  }

  /** Whatever is in the slot: the names of its contributions say what it is. */
  takeWindow(slot: string): WindowContents | undefined {
    return this.#windows.take(slot);
  }

  putWindow(slot: string, contents: WindowContents): void {
    this.#windows.put(slot, contents);
  }
}

/** Things by slot; those put longest ago make room. */
class Slots<T> {
  readonly #warm = new Map<string, T>();

  take(slot: string): T | undefined {
    const warm = this.#warm.get(slot);
    this.#warm.delete(slot);
    return warm;
  }

  put(slot: string, value: T): void {
    this.#warm.delete(slot);
    this.#warm.set(slot, value);
    if (this.#warm.size <= MAX_WARM_PARTITIONS) return;
    for (const oldest of this.#warm.keys()) {
      this.#warm.delete(oldest);
      break;
    }
  }
}
