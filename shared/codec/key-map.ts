import { assertKey, isPrimitiveKey, keyString } from "./keys.js";

/** What no map holds: the answer to keys that are not there. */
const ABSENT = Symbol("absent");

/**
 * A Map whose keys are equal when their canonical bytes are, so arrays and objects can be keys. Remembers the order in
 * which keys were added, like a Map. A key must not be changed while the map holds it.
 *
 * M1. Primitive keys are kept in `#values` as they are: for them a JavaScript Map's equality is ours.
 * M2. A composite key is kept in `#values` under the object that was added first, which `#composites` finds for all its
 *     equals. So one Map has all keys in order, and no key can be taken for another.
 *
 * @example
 * const counts = new KeyMap<number>();
 * counts.set(["berlin", 10115], 1);
 * counts.get(["berlin", 10115]); // 1
 */
export class KeyMap<V, K = unknown> {
  readonly #values = new Map<unknown, V>();
  readonly #composites = new Map<string, unknown>();

  /** How many keys there are. */
  get size(): number {
    return this.#values.size;
  }

  /** The key's value, or `undefined` when it is not there. */
  get(key: K): V | undefined {
    return this.#values.get(isPrimitiveKey(key) ? key : this.#find(key));
  }

  has(key: K): boolean {
    return this.#values.has(isPrimitiveKey(key) ? key : this.#find(key));
  }

  /**
   * Adds the key or replaces its value.
   *
   * @throws BadPairError when the key is `undefined`
   * @throws NotSerializableError as for `encode`
   */
  set(key: K, value: V): this {
    this.#values.set(isPrimitiveKey(key) ? key : this.#findOrAdd(key), value);
    return this;
  }

  /** Removes the key. Was it there? */
  delete(key: K): boolean {
    if (isPrimitiveKey(key)) return this.#values.delete(key);
    if (key === undefined) return false;
    const name = keyString(key);
    const deleted = this.#values.delete(this.#composites.get(name) ?? ABSENT);
    this.#composites.delete(name);
    return deleted;
  }

  clear(): void {
    this.#values.clear();
    this.#composites.clear();
  }

  /** Calls `f` for each key, in the order they were added. */
  forEach(f: (value: V, key: K) => void): void {
    this.#values.forEach((value, key) => {
      f(value, key as K);
    });
  }

  entries(): IterableIterator<[K, V]> {
    return this.#values.entries() as IterableIterator<[K, V]>;
  }

  keys(): IterableIterator<K> {
    return this.#values.keys() as IterableIterator<K>;
  }

  values(): IterableIterator<V> {
    return this.#values.values();
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  #find(key: K): unknown {
    if (key === undefined || this.#composites.size === 0) return ABSENT;
    return this.#composites.get(keyString(key)) ?? ABSENT;
  }

  #findOrAdd(key: K): unknown {
    assertKey(key, "KeyMap");
    const name = keyString(key);
    const known = this.#composites.get(name);
    if (known !== undefined) return known;
    this.#composites.set(name, key);
    return key;
  }
}
