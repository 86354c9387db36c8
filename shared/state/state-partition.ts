import { KeyMap } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import { keyGroupOf, preview, type StateAccess, type StateEntry } from "../rdd/index.js";
import { freezeState, isPlain, sameBytes, samePlain, stateBytes } from "./compare.js";
import { ownKey } from "./own-key.js";
import type { StateCounts } from "./state-counts.js";

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
 * What a batch costs depends on the keys it touches, not on how many there are.
 */
export class StatePartition implements StateAccess {
  readonly from: number;
  readonly to: number;
  readonly #groups: readonly Group[];
  #size = 0;
  /** Grows with every entry made: the order of entries in their group. */
  #ordinal = 0;
  #index: unknown;
  /** Time-outs of the batch that runs. */
  #timedOut = 0;
  #counts: StateCounts = { changed: 0, timedOut: 0 };

  /** State of key groups `[from, to)`, empty. */
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
    this.#groups = Array.from({ length: to - from }, () => new Group());
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
    const existing = group.entries.get(key);
    if (existing !== undefined) return existing;
    const entry = this.#add(group, ownKey(key));
    entry.review();
    return entry;
  }

  forEach(visit: (entry: StateEntry) => void): void {
    for (const group of this.#groups) group.entries.forEach(visit);
  }

  index<T>(build: () => T): T {
    this.#index ??= build();
    return this.#index as T;
  }

  timeOut(entry: StateEntry): void {
    entry.update(undefined);
    this.#timedOut += 1;
  }

  /** Of the batch that was ended last. */
  get counts(): StateCounts {
    return this.#counts;
  }

  /** Ends a batch: what has changed since the last call. Entries without state are dropped. */
  takeChanges(): StateChanges {
    const keys: unknown[] = [];
    const values: unknown[] = [];
    const perGroup = this.#groups.map((group) => {
      const before = keys.length;
      for (const entry of group.takeReview()) {
        if (entry.changed) {
          keys.push(entry.key);
          values.push(entry.value);
          if (entry.stored !== (entry.value !== undefined)) this.#size += entry.stored ? -1 : 1;
        }
        entry.settle();
        if (entry.value === undefined) group.entries.delete(entry.key);
      }
      return keys.length - before;
    });
    this.#counts = { changed: keys.length, timedOut: this.#timedOut };
    this.#timedOut = 0;
    return { keys, values, perGroup };
  }

  /** Everything, in the form of changes from nothing. */
  image(): StateChanges {
    const keys: unknown[] = [];
    const values: unknown[] = [];
    const perGroup = this.#groups.map((group) => {
      group.entries.forEach((entry, key) => {
        keys.push(key);
        values.push(entry.value);
      });
      return group.entries.size;
    });
    return { keys, values, perGroup };
  }

  /** Applies stored changes of key groups `[from, to)`, of which this partition takes what is its own. */
  apply(from: number, changes: StateChanges): void {
    let start = 0;
    changes.perGroup.forEach((count, i) => {
      const group = this.#groups[from + i - this.from];
      if (group !== undefined) {
        // Changes have a key once: a group that is empty has none of them yet, and need not be asked.
        const isEmpty = group.entries.size === 0;
        for (let k = start; k < start + count; k++) {
          const existing = isEmpty ? undefined : group.entries.get(changes.keys[k]);
          this.#restore(group, existing, changes.keys[k], changes.values[k]);
        }
      }
      start += count;
    });
  }

  #restore(group: Group, existing: Entry | undefined, key: unknown, value: unknown): void {
    if (value === undefined) {
      if (existing === undefined) return;
      group.entries.delete(key);
      this.#size -= 1;
      return;
    }
    (existing ?? this.#add(group, key)).restore(value);
    if (existing === undefined) this.#size += 1;
  }

  #add(group: Group, key: unknown): Entry {
    const entry = new Entry(key, group, this.#ordinal++);
    group.entries.set(key, entry);
    return entry;
  }

  #groupOf(key: unknown): Group {
    const group = this.#groups[keyGroupOf(key) - this.from];
    if (group !== undefined) return group;
    throw new IllegalArgumentError(
      `The key ${preview(key)} belongs to another partition of this state. Operators that re-key state need { numPartitions: 1 }.`,
    );
  }
}

/** The entries of one key group, and which of them a batch may have changed. */
class Group {
  readonly entries = new KeyMap<Entry>();
  #review: Entry[] = [];

  review(entry: Entry): void {
    this.#review.push(entry);
  }

  /** Entries to look at, in the order of the group: what is stored must be read back in that order. */
  takeReview(): readonly Entry[] {
    const review = this.#review;
    if (review.length === 0) return review;
    this.#review = [];
    return review.sort((a, b) => a.ordinal - b.ordinal);
  }
}

class Entry implements StateEntry {
  readonly key: unknown;
  readonly ordinal: number;
  value: unknown = undefined;
  pending: unknown[] | undefined = undefined;
  /** Differs from what the last delta says. */
  changed = false;
  /** The last delta says that the key has state. */
  stored = false;
  /** Encoded value, kept only for values that cannot be frozen. */
  #bytes: Uint8Array | undefined;
  readonly #group: Group;
  #reviewed = false;

  constructor(key: unknown, group: Group, ordinal: number) {
    this.key = key;
    this.ordinal = ordinal;
    this.#group = group;
  }

  /** Has the entry looked at when the batch ends. */
  review(): void {
    if (this.#reviewed) return;
    this.#reviewed = true;
    this.#group.review(this);
  }

  update(value: unknown): void {
    // Without bytes the value is a primitive or frozen: the same reference is the same value.
    if (this.#bytes === undefined && Object.is(value, this.value)) return;
    if (typeof value !== "object" || value === null) {
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
    this.#reviewed = false;
    this.changed = false;
    this.stored = this.value !== undefined;
  }

  #set(value: unknown, bytes: Uint8Array | undefined): void {
    this.value = value;
    this.#bytes = bytes;
    // A key that came and went within a batch leaves nothing to write.
    this.changed = value !== undefined || this.stored;
    this.review();
  }
}
