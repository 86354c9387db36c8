import { KeyMap } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import { keyGroupOf, preview, type StateAccess, type StateEntry } from "../rdd/index.js";
import { freezeState, isPlain, sameBytes, samePlain, stateBytes } from "./compare.js";

/** What a batch changed in a state partition, in key-group order. `undefined` values are removals. */
export interface StateChanges {
  readonly keys: readonly unknown[];
  readonly values: readonly unknown[];
  /** How many of them belong to each key group of the partition. */
  readonly perGroup: readonly number[];
}

/**
 * The state of a run of key groups in memory. Its iteration order (key groups in order, oldest key first) depends on
 * nothing but its history of changes, so a partition that was loaded behaves exactly as one that was never dropped.
 */
export class StatePartition implements StateAccess {
  readonly from: number;
  readonly to: number;
  readonly #groups: readonly KeyMap<Entry>[];
  #size = 0;

  /** State of key groups `[from, to)`, empty. */
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#groups = Array.from({ length: to - from }, () => new KeyMap<Entry>());
  }

  /** Number of keys with state. */
  get size(): number {
    return this.#size;
  }

  /** Is the key one of this partition's? */
  owns(key: unknown): boolean {
    const group = keyGroupOf(key);
    return group >= this.from && group < this.to;
  }

  touch(key: unknown): StateEntry {
    const group = this.#groupOf(key);
    let entry = group.get(key);
    if (entry === undefined) {
      entry = new Entry(key);
      group.set(key, entry);
    }
    return entry;
  }

  forEach(visit: (entry: StateEntry) => void): void {
    for (const group of this.#groups) group.forEach(visit);
  }

  /** Ends a batch: what has changed since the last call. Entries without state are dropped. */
  takeChanges(): StateChanges {
    const keys: unknown[] = [];
    const values: unknown[] = [];
    const perGroup = this.#groups.map((group) => {
      const before = keys.length;
      const gone: unknown[] = [];
      group.forEach((entry, key) => {
        if (entry.changed) {
          keys.push(key);
          values.push(entry.value);
          if (entry.stored !== (entry.value !== undefined)) this.#size += entry.stored ? -1 : 1;
          entry.settle();
        }
        if (entry.value === undefined) gone.push(key);
      });
      for (const key of gone) group.delete(key);
      return keys.length - before;
    });
    return { keys, values, perGroup };
  }

  /** Everything, in the form of changes from nothing. */
  image(): StateChanges {
    const keys: unknown[] = [];
    const values: unknown[] = [];
    const perGroup = this.#groups.map((group) => {
      group.forEach((entry, key) => {
        keys.push(key);
        values.push(entry.value);
      });
      return group.size;
    });
    return { keys, values, perGroup };
  }

  /** Applies stored changes of key groups `[from, to)`, of which this partition takes what is its own. */
  apply(from: number, changes: StateChanges): void {
    let start = 0;
    changes.perGroup.forEach((count, i) => {
      const group = this.#groups[from + i - this.from];
      if (group !== undefined) {
        for (let k = start; k < start + count; k++) this.#restore(group, changes.keys[k], changes.values[k]);
      }
      start += count;
    });
  }

  #restore(group: KeyMap<Entry>, key: unknown, value: unknown): void {
    const existing = group.get(key);
    if (value === undefined) {
      if (existing === undefined) return;
      group.delete(key);
      this.#size -= 1;
      return;
    }
    const entry = existing ?? new Entry(key);
    entry.restore(value);
    if (existing !== undefined) return;
    group.set(key, entry);
    this.#size += 1;
  }

  #groupOf(key: unknown): KeyMap<Entry> {
    const group = this.#groups[keyGroupOf(key) - this.from];
    if (group !== undefined) return group;
    throw new IllegalArgumentError(
      `The key ${preview(key)} belongs to another partition of this state. Operators that re-key state need { numPartitions: 1 }.`,
    );
  }
}

class Entry implements StateEntry {
  readonly key: unknown;
  value: unknown = undefined;
  pending: unknown[] | undefined = undefined;
  /** Differs from what the last delta says. */
  changed = false;
  /** The last delta says that the key has state. */
  stored = false;
  /** Encoded value, kept only for values that cannot be frozen. */
  #bytes: Uint8Array | undefined;

  constructor(key: unknown) {
    this.key = key;
  }

  update(value: unknown): void {
    if (typeof value !== "object" || value === null) {
      if (Object.is(value, this.value)) return;
      this.#set(value, undefined);
    } else if (isPlain(value)) {
      if (this.#bytes === undefined && samePlain(value, this.value)) return;
      this.#set(freezeState(value), undefined);
    } else {
      const bytes = stateBytes(value);
      if (this.#bytes !== undefined && sameBytes(bytes, this.#bytes)) {
        this.value = value;
        return;
      }
      this.#set(value, bytes);
    }
  }

  /** Takes a value from storage. */
  restore(value: unknown): void {
    const plain = isPlain(value);
    this.value = plain ? freezeState(value) : value;
    this.#bytes = plain ? undefined : stateBytes(value);
    this.stored = true;
  }

  settle(): void {
    this.changed = false;
    this.stored = this.value !== undefined;
  }

  #set(value: unknown, bytes: Uint8Array | undefined): void {
    this.value = value;
    this.#bytes = bytes;
    // A key that came and went within a batch leaves nothing to write.
    this.changed = value !== undefined || this.stored;
  }
}
