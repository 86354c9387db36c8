/** The key type of a pair type. */
export type KeyOf<T> = T extends readonly [infer K, unknown] ? K : never;

/** The value type of a pair type. */
export type ValueOf<T> = T extends readonly [unknown, infer V] ? V : never;

/**
 * `Self` where `T` is a pair, and otherwise a type that nothing is assignable to and whose name tells why: used as the
 * type of `this`, it lets pair operations compile on pairs only.
 */
export type OnPairs<Self, T> = [T] extends [readonly [unknown, unknown]]
  ? Self
  : { readonly "this operation needs [key, value] pairs: use mapToPair first": T };

/** What an element function may return: anything but a promise. */
export type Sync<U> =
  U extends PromiseLike<unknown>
    ? { readonly "element functions are synchronous: do asynchronous work in foreachRDD or foreachPartition": never }
    : unknown;

/** `Self` where `T` is a number, and otherwise a type that says why not; see {@link OnPairs}. */
export type OnNumbers<Self, T> = [T] extends [number]
  ? Self
  : { readonly "this operation needs numbers: map the elements to numbers first": T };
