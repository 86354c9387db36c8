import { KeyMap } from "../codec/index.js";
import type { WindowValues } from "./window-values.js";

/** What one batch contributed. */
interface Contribution {
  readonly time: number;
  /** Name that only this contribution has. */
  readonly name: string;
  readonly keys: Values[];
}

interface Values {
  readonly key: unknown;
  readonly values: WindowValues;
}

/**
 * One partition of a window in memory: the values of each key, and which batch brought which. A slide costs what comes
 * and what goes.
 */
export class WindowContents {
  readonly #make: (ordinal: number) => WindowValues;
  readonly #keys = new KeyMap<Values>();
  /** Oldest first. */
  readonly #batches: Contribution[] = [];
  #made = 0;

  /** @param make Makes the values of the n-th key. */
  constructor(make: (ordinal: number) => WindowValues) {
    this.#make = make;
  }

  /** Number of keys. */
  get size(): number {
    return this.#keys.size;
  }

  /** Names of the contributions in it, oldest first. */
  get names(): readonly string[] {
    return this.#batches.map(({ name }) => name);
  }

  /** Begins the contribution of a batch, which must be newer than all in it. */
  begin(time: number, name: string): void {
    this.#batches.push({ time, name, keys: [] });
  }

  /** Adds a pair to the newest contribution; a key at most once. */
  add(key: unknown, value: unknown): void {
    let entry = this.#keys.get(key);
    if (entry === undefined) {
      entry = { key, values: this.#make(this.#made++) };
      this.#keys.set(key, entry);
    }
    entry.values.add(value);
    this.#batches[this.#batches.length - 1]?.keys.push(entry);
  }

  /** Drops all contributions of batches up to `time`. */
  dropUpTo(time: number): void {
    while (this.#batches[0] !== undefined && this.#batches[0].time <= time) {
      for (const entry of (this.#batches.shift() as Contribution).keys) {
        entry.values.dropOldest();
        if (entry.values.isEmpty) this.#keys.delete(entry.key);
      }
    }
  }

  forEach(visit: (key: unknown, values: WindowValues) => void): void {
    this.#keys.forEach(({ key, values }) => {
      visit(key, values);
    });
  }
}
