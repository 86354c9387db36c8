import type { RDD } from "./rdd.js";
import type { Session } from "./session.js";
import type { KeyOf, OnPairs, Sync, ValueOf } from "./types.js";

/**
 * Data that does not come from a stream: a recipe for an RDD, which becomes part of every batch that uses it. Made by
 * `ssc.context` while the graph is built, and used in `transform`, `transformWith` and `foreachRDD`, as the other side of
 * `join`, `union`, `cogroup`, `subtract`, ...
 *
 * @example
 * const users = ssc.context.textFile("users.csv").mapToPair((line) => line.split(",") as [string, string]);
 * const named = clicks.transform((rdd) => rdd.join(users));
 */
export class StaticRDD<T> {
  readonly #make: (session: Session) => RDD<T>;

  /** @internal Static data comes from `ssc.context` and from other static data. */
  constructor(make: (session: Session) => RDD<T>) {
    this.#make = make;
  }

  /** @internal The RDD in the lineage of a batch. */
  in(session: Session): RDD<T> {
    return this.#make(session);
  }

  /** The data as an RDD in the batch of another RDD: for bodies that begin with static data. */
  with(rdd: RDD<unknown>): RDD<T> {
    return this.#make(rdd.session);
  }

  /**
   * What `f` makes of the RDD: any RDD transformation.
   * @example
   * const stopWords = ssc.context.textFile("stop.txt").transform((rdd) => rdd.distinct());
   */
  transform<U>(f: (rdd: RDD<T>) => RDD<U>): StaticRDD<U> {
    return new StaticRDD((session) => f(this.#make(session)));
  }

  /** `f` of each element. */
  map<U>(f: (value: T) => U & Sync<U>): StaticRDD<U> {
    return this.transform((rdd) => rdd.map(f));
  }

  /** All elements of `f` of each element. */
  flatMap<U>(f: (value: T) => Iterable<U>): StaticRDD<U> {
    return this.transform((rdd) => rdd.flatMap(f));
  }

  /** The elements for which the predicate holds. */
  filter<U extends T>(predicate: (value: T) => value is U): StaticRDD<U>;
  filter(predicate: (value: T) => boolean): StaticRDD<T>;
  filter(predicate: (value: T) => boolean): StaticRDD<T> {
    return this.transform((rdd) => rdd.filter(predicate));
  }

  /** `f` of each element, as pairs. */
  mapToPair<K, V>(f: (value: T) => readonly [K, V]): StaticRDD<[K, V]> {
    return this.transform((rdd) => rdd.mapToPair(f));
  }

  /** `[f(x), x]` for each element x. */
  keyBy<K>(f: (value: T) => K & Sync<K>): StaticRDD<[K, T]> {
    return this.transform((rdd) => rdd.keyBy(f));
  }

  /** `f` of each value, under the same key. */
  mapValues<U>(this: OnPairs<StaticRDD<T>, T>, f: (value: ValueOf<T>) => U & Sync<U>): StaticRDD<[KeyOf<T>, U]> {
    const self = this as unknown as StaticRDD<[KeyOf<T>, ValueOf<T>]>;
    return self.transform((rdd) => rdd.mapValues(f)) as StaticRDD<[KeyOf<T>, U]>;
  }
}
