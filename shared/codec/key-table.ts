import { hashString } from "./hash.js";
import { KeyMap } from "./key-map.js";
import { mix } from "./mix.js";

/** Slots at first; a power of two. */
const INITIAL_SLOTS = 64;
/** Slots looked at before a string is looked up elsewhere: nobody can make a table slow by choosing words of equal hashes. */
const MAX_PROBES = 64;

/** Strings of so many characters from 0 to 255 are in their slots as a whole, four to an integer. */
const SHORT = 12;
/** The kind of all other strings; that of a short one is its length. */
const LONG = 0xf;
const KIND_BITS = 4;
/** Integers of a slot: the number of the key plus one with its kind, 0 when the slot is free, and three of text. */
const SLOT = 4;

/** What the slot of the string that was looked at last holds: its kind and three integers of text. */
const seen = new Int32Array(SLOT);

/**
 * Gives keys numbers: 0, 1, 2, ... in the order in which they are first seen. What belongs to a key goes into an array
 * under its number. Keys are equal when those of a {@link KeyMap} are.
 *
 * Strings, the usual keys, are found in one typed array. In a JavaScript Map a string that was just made has to be hashed by
 * a call into native code, and is compared with a string somewhere else in memory, which is in no cache where there are many
 * keys. Here a slot says all of a short string, so that looking it up comes to one place; of others it has the hash.
 */
export class KeyTable {
  readonly #keys: unknown[] = [];
  #slots = new Int32Array(SLOT * INITIAL_SLOTS);
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
    lookAt(key);
    const kind = seen[0];
    const a = seen[1];
    const b = seen[2];
    const c = seen[3];
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let probe = 0, slot = home(mask); probe < MAX_PROBES; probe++, slot = (slot + SLOT) & mask) {
      const tag = slots[slot] as number;
      if (tag === 0) {
        this.#fill(slot, this.#keys.length);
        return this.#append(key);
      }
      if (slots[slot + 1] !== a || slots[slot + 2] !== b || slots[slot + 3] !== c || (tag & LONG) !== kind) continue;
      const number = (tag >>> KIND_BITS) - 1;
      if (kind !== LONG || this.#keys[number] === key) return number;
    }
    return this.#others.get(key) ?? this.#addOther(key);
  }

  #addOther(key: unknown): number {
    this.#others.set(key, this.#keys.length);
    return this.#append(key);
  }

  #append(key: unknown): number {
    const number = this.#keys.length;
    // As in a Map, −0 becomes 0, whichever of them comes first.
    this.#keys.push(key === 0 ? 0 : key);
    // At most two thirds of the slots are taken.
    if ((number + 1) * 3 * SLOT > this.#slots.length * 2) this.#grow();
    return number;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (let slot = 0; slot < old.length; slot += SLOT) {
      const tag = old[slot] as number;
      if (tag === 0) continue;
      const number = (tag >>> KIND_BITS) - 1;
      seen[0] = tag & LONG;
      for (let i = 1; i < SLOT; i++) seen[i] = old[slot + i] as number;
      if (!this.#place(number)) this.#others.set(this.#keys[number], number);
    }
    // Or the search for one of them would end at a slot that is free now.
    this.#others.forEach((number, key) => {
      if (typeof key !== "string") return;
      lookAt(key);
      this.#place(number);
    });
  }

  /** Gives the string that was looked at last a slot, if one is free near by. */
  #place(number: number): boolean {
    const mask = this.#slots.length - 1;
    for (let probe = 0, slot = home(mask); probe < MAX_PROBES; probe++, slot = (slot + SLOT) & mask) {
      if (this.#slots[slot] !== 0) continue;
      this.#fill(slot, number);
      return true;
    }
    return false;
  }

  /** The string that was looked at last gets the slot. */
  #fill(slot: number, number: number): void {
    const slots = this.#slots;
    slots[slot] = ((number + 1) << KIND_BITS) | (seen[0] as number);
    for (let i = 1; i < SLOT; i++) slots[slot + i] = seen[i] as number;
  }
}

/** Finds out what the slot of a string holds. */
function lookAt(key: string): void {
  const { length } = key;
  let units = 0;
  if (length <= SHORT) {
    for (let i = 0, part = 1; part < SLOT; part++) {
      let four = 0;
      // Only the last five bits of a number of bits to shift by count.
      for (const end = Math.min(4 * part, length); i < end; i++) {
        const unit = key.charCodeAt(i);
        units |= unit;
        four |= unit << (8 * i);
      }
      seen[part] = four;
    }
    seen[0] = length;
    if (units <= 0xff) return;
  }
  seen[0] = LONG;
  seen[1] = hashString(key);
  seen[2] = length;
  seen[3] = 0;
}

/** Where the search for the string that was looked at last begins. */
function home(mask: number): number {
  const hash = mix(
    Math.imul(seen[1] as number, 0x9e3779b1) ^ Math.imul(seen[2] as number, 0x85ebca77) ^ (seen[3] as number),
  );
  return (hash << 2) & mask;
}
