import { hashString } from "./hash.js";
import { KeyMap } from "./key-map.js";
import { hashKey } from "./keys.js";

/** Room for so many keys at first; a power of two. */
const INITIAL_KEYS = 32;
/** Slots looked at before a string is looked up elsewhere: nobody can make a table slow by choosing words of equal hashes. */
const MAX_PROBES = 64;

/**
 * Gives keys numbers: 0, 1, 2, ... in the order in which they are first seen. What belongs to a key goes into an array
 * under its number. Keys are equal when those of a {@link KeyMap} are.
 *
 * Strings, the usual keys, are found by the hash that partitions them, computed here once for both uses: half the cost of
 * a JavaScript Map, in which a string that was just made has to be hashed by a call into native code. All slots are in one
 * typed array, at most half of them taken: a slot holds the number of a key plus one, 0 when it is free.
 */
export class KeyTable {
  readonly #keys: unknown[] = [];
  /** Of strings only. */
  #hashes = new Int32Array(INITIAL_KEYS);
  #slots = new Int32Array(2 * INITIAL_KEYS);
  /** Numbers of all other keys, and of strings that found no slot. */
  readonly #others = new KeyMap<number>();

  /** How many keys there are: the number that the next new one gets. */
  get size(): number {
    return this.#keys.length;
  }

  /** The keys, by number. */
  get keys(): readonly unknown[] {
    return this.#keys;
  }

  /**
   * The key's number; a new one if it has none.
   *
   * @throws BadPairError when the key is `undefined`
   * @throws NotSerializableError as for `encode`
   */
  add(key: unknown): number {
    if (typeof key !== "string") return this.#others.get(key) ?? this.#addOther(key);
    const hash = hashString(key) | 0;
    const slots = this.#slots;
    const hashes = this.#hashes;
    const keys = this.#keys;
    const mask = slots.length - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = (hash + probe) & mask;
      const number = (slots[slot] as number) - 1;
      if (number < 0) {
        slots[slot] = keys.length + 1;
        return this.#append(key, hash);
      }
      if (hashes[number] === hash && keys[number] === key) return number;
    }
    return this.#others.get(key) ?? this.#addOther(key, hash);
  }

  /** The hash of the key of that number, as `hashKey` gives it. */
  hashOf(number: number): number {
    const key = this.#keys[number];
    return typeof key === "string" ? (this.#hashes[number] as number) >>> 0 : hashKey(key);
  }

  #addOther(key: unknown, hash = 0): number {
    this.#others.set(key, this.#keys.length);
    return this.#append(key, hash);
  }

  #append(key: unknown, hash: number): number {
    const number = this.#keys.length;
    // As in a Map, −0 becomes 0, whichever of them comes first.
    this.#keys.push(key === 0 ? 0 : key);
    this.#hashes[number] = hash;
    if (number + 1 === this.#hashes.length) this.#grow();
    return number;
  }

  #grow(): void {
    const hashes = new Int32Array(2 * this.#hashes.length);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(2 * hashes.length);
    for (const [number, key] of this.#keys.entries()) if (typeof key === "string") this.#place(key, number);
  }

  #place(key: string, number: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const slot = ((this.#hashes[number] as number) + probe) & mask;
      if (slots[slot] !== 0) continue;
      slots[slot] = number + 1;
      return;
    }
    this.#others.set(key, number);
  }
}
