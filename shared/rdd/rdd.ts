import { compareKeys } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import * as actions from "./actions/index.js";
import { type Aggregator, groupAggregator, reduceAggregator } from "./aggregator.js";
import * as build from "./build.js";
import { copiesOf } from "./copies.js";
import { debugString } from "./debug-string.js";
import type { RddNode } from "./lineage.js";
import * as operators from "./operators/index.js";
import { checkedPartitioner, checkPartitions, HashPartitioner, type Partitioner } from "./partitioner.js";
import { labelled, type Session } from "./session.js";
import type { StaticRDD } from "./static-rdd.js";
import * as transformations from "./transformations/index.js";
import type { KeyOf, OnNumbers, OnPairs, Sync, ValueOf } from "./types.js";

type PartitionOptions = build.PartitionOptions;

/** Options of operations that sort. */
export interface SortOptions<K> {
  /** @defaultValue as many as the RDD has */
  readonly numPartitions?: number;
  /** Order of keys; negative when `a` comes first. @defaultValue the order of keys: by type, then by value */
  readonly compare?: (a: K, b: K) => number;
}

/** What can stand on the other side of an operation: an RDD, or static data, which becomes part of the same batch. */
export type RddLike<T> = RDD<T> | StaticRDD<T>;

type AnyFunction = (...args: unknown[]) => unknown;
type Compare = (a: unknown, b: unknown) => number;

/**
 * A resilient distributed dataset: the elements of one batch (or of any step on the way), in partitions, described by
 * how they are computed. Transformations are lazy and return a new RDD; actions run on the executors and resolve with
 * their result. You meet RDDs in `transform`, `transformWith` and `foreachRDD`. Source: Spark's RDD API.
 *
 * Element functions are synchronous and run on the executors.
 *
 * @example
 * stream.foreachRDD(async (rdd, time) => {
 *   const top = await rdd.filter(([, n]) => n > 100).collect();
 *   console.log(`${time}: ${top.length} words seen more than 100 times`);
 * });
 */
export class RDD<T> {
  /** @internal The lineage node. */
  readonly node: RddNode;
  /** @internal */
  readonly session: Session;

  /** @internal RDDs come from streams and from other RDDs. */
  constructor(node: RddNode, session: Session) {
    this.node = node;
    this.session = session;
  }

  /**
   * Number of partitions.
   * @example
   * const perPartition = (await rdd.count()) / rdd.getNumPartitions();
   */
  getNumPartitions(): number {
    return this.node.numPartitions;
  }

  // --- Transformations of elements ----------------------------------------------------------------------------------

  /**
   * `f` of each element.
   * @example
   * const lengths = words.map((word) => word.length);
   */
  map<U>(f: (value: T) => U & Sync<U>): RDD<U> {
    return this.#narrow("map", operators.map(f as (value: unknown) => unknown));
  }

  /**
   * All elements of `f` of each element.
   * @example
   * const words = lines.flatMap((line) => line.split(" "));
   */
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U> {
    return this.#narrow("flatMap", operators.flatMap(f as (value: unknown) => Iterable<unknown>));
  }

  /**
   * The elements for which the predicate holds.
   * @example
   * const frequent = counts.filter(([, n]) => n > 100);
   */
  filter<U extends T>(predicate: (value: T) => value is U): RDD<U>;
  filter(predicate: (value: T) => boolean): RDD<T>;
  filter(predicate: (value: T) => boolean): RDD<T> {
    const operator = operators.filter(predicate as (value: unknown) => unknown);
    return this.#narrow("filter", operator, this.node.partitioner);
  }

  /**
   * `f` of each element, as pairs.
   * @example
   * const ones = words.mapToPair((word) => [word, 1]);
   */
  mapToPair<K, V>(f: (value: T) => readonly [K, V]): RDD<[K, V]> {
    return this.#narrow("mapToPair", operators.map(f as (value: unknown) => unknown));
  }

  /**
   * All pairs of `f` of each element.
   * @example
   * const letters = words.flatMapToPair((word) => [...word].map((letter) => [letter, word] as [string, string]));
   */
  flatMapToPair<K, V>(f: (value: T) => Iterable<readonly [K, V]>): RDD<[K, V]> {
    return this.#narrow("flatMapToPair", operators.flatMap(f as (value: unknown) => Iterable<unknown>));
  }

  /**
   * `f` of each partition, called for empty partitions too.
   * @example
   * const sizes = lines.mapPartitions((partition) => [partition.length]);
   */
  mapPartitions<U>(f: (partition: readonly T[]) => Iterable<U>): RDD<U> {
    return this.#narrow(
      "mapPartitions",
      operators.mapPartitions((p) => f(p as readonly T[])),
    );
  }

  /**
   * `f` of each partition and its index.
   * @example
   * const sizes = lines.mapPartitionsWithIndex((index, partition) => [`${index}: ${partition.length}`]);
   */
  mapPartitionsWithIndex<U>(f: (index: number, partition: readonly T[]) => Iterable<U>): RDD<U> {
    return this.#narrow(
      "mapPartitionsWithIndex",
      operators.mapPartitions((p, i) => f(i, p as readonly T[])),
    );
  }

  /**
   * The elements of each partition as one list.
   * @example
   * const partitions = await lines.glom().collect();
   */
  glom(): RDD<T[]> {
    return this.#narrow("glom", operators.glom);
  }

  /**
   * `[f(x), x]` for each element x.
   * @example
   * const byLength = words.keyBy((word) => word.length);
   */
  keyBy<K>(f: (value: T) => K & Sync<K>): RDD<[K, T]> {
    return this.#narrow(
      "keyBy",
      operators.map((value) => [f(value as T), value]),
    );
  }

  // --- Transformations of whole RDDs --------------------------------------------------------------------------------

  /**
   * This RDD's elements, then the other's.
   * @example
   * const all = users.union(knownUsers);
   */
  union(other: RddLike<T>): RDD<T> {
    return this.#derive(build.union(this.session, "union", [this.node, this.#nodeOf(other)]));
  }

  /**
   * The same elements dealt out evenly to exactly `numPartitions` partitions; order is not kept.
   * @example
   * const spread = lines.repartition(8);
   */
  repartition(numPartitions: number): RDD<T> {
    const n = checkPartitions(numPartitions);
    return this.#derive(build.repartition(this.session, "repartition", this.node, n));
  }

  /**
   * Neighbouring partitions put together until there are `numPartitions`, in order. More than there are changes nothing.
   * @example
   * await counts.coalesce(1).saveAsTextFile("out/counts"); // one file
   */
  coalesce(numPartitions: number): RDD<T> {
    const n = checkPartitions(numPartitions);
    return this.#compose("coalesce", (session) => transformations.coalesced(session, "coalesce", this.node, n));
  }

  /**
   * Each distinct element once.
   * @example
   * const vocabulary = words.distinct();
   */
  distinct(options: PartitionOptions = {}): RDD<T> {
    return this.#compose("distinct", (session) => transformations.distinct(session, "distinct", this.node, options));
  }

  /**
   * This RDD's elements, duplicates too, without those that the other has.
   * @example
   * const unknown = users.subtract(knownUsers);
   */
  subtract(other: RddLike<T>, options: PartitionOptions = {}): RDD<T> {
    const right = this.#nodeOf(other);
    return this.#compose("subtract", (session) =>
      transformations.subtract(session, "subtract", this.node, right, options),
    );
  }

  /**
   * The elements that both RDDs have, once each.
   * @example
   * const returning = users.intersection(knownUsers);
   */
  intersection(other: RddLike<T>, options: PartitionOptions = {}): RDD<T> {
    const right = this.#nodeOf(other);
    return this.#compose("intersection", (session) =>
      transformations.intersection(session, "intersection", this.node, right, options),
    );
  }

  /**
   * `[a, b]` for every element a of this RDD and every element b of the other. The result has the product of the numbers
   * of partitions, and each side travels as often as the other has partitions: keep both small.
   * @example
   * const checked = events.cartesian(rules).filter(([event, rule]) => matches(event, rule));
   */
  cartesian<U>(other: RddLike<U>): RDD<[T, U]> {
    const right = this.#nodeOf(other);
    return this.#compose("cartesian", (session) => transformations.cartesian(session, "cartesian", this.node, right));
  }

  /**
   * The first element of each partition with the first of the other's partition, and so on.
   * @throws {IllegalArgumentError} when the numbers of partitions differ; the batch fails where a partition's lengths do.
   * @example
   * const labelled = words.zip(words.map((word) => word.length)); // [word, length]
   */
  zip<U>(other: RddLike<U>): RDD<[T, U]> {
    const nodes: [RddNode, RddNode] = [this.node, this.#nodeOf(other)];
    return this.#compose("zip", (session) =>
      transformations.zippedPartitions(session, "zip", nodes, transformations.pairwise),
    );
  }

  /**
   * `f` of each partition and of the other RDD's partition with the same number.
   * @throws {IllegalArgumentError} when the numbers of partitions differ.
   * @example
   * const sizes = words.zipPartitions(lines, (some, others) => [some.length + others.length]);
   */
  zipPartitions<U, R>(
    other: RddLike<U>,
    f: (partition: readonly T[], otherPartition: readonly U[]) => Iterable<R>,
  ): RDD<R> {
    const nodes: [RddNode, RddNode] = [this.node, this.#nodeOf(other)];
    return this.#compose("zipPartitions", (session) =>
      transformations.zippedPartitions(session, "zipPartitions", nodes, ([left, right]) =>
        f(left as readonly T[], right as readonly U[]),
      ),
    );
  }

  /**
   * `[element, index]`, counted through all partitions in order.
   * @example
   * const ranked = scores.sortBy(([, score]) => score, false).zipWithIndex();
   */
  zipWithIndex(): RDD<[T, number]> {
    return this.#compose("zipWithIndex", (session) => transformations.numbered(session, "zipWithIndex", this.node));
  }

  /**
   * `[element, number]` with a different number for every element, but with gaps: cheaper than {@link zipWithIndex}.
   * @example
   * const numbered = lines.zipWithUniqueId().map(([line, id]) => `${id}: ${line}`);
   */
  zipWithUniqueId(): RDD<[T, number]> {
    return this.#compose("zipWithUniqueId", (session) =>
      transformations.numberedUniquely(session, "zipWithUniqueId", this.node),
    );
  }

  /**
   * All elements in the order of `f` of them, over all partitions. Elements with equal keys keep their order and share a
   * partition. Where partitions are cut is decided from a sample, within the same plan: no action is run.
   * @example
   * const ranking = counts.sortBy(([, n]) => n, false);
   */
  sortBy<K>(f: (value: T) => K & Sync<K>, ascending = true, options: SortOptions<K> = {}): RDD<T> {
    return this.#sorted("sortBy", f as AnyFunction, ascending, options as SortOptions<unknown>);
  }

  /**
   * A random sample: each element with a chance of `fraction`, or with replacement so often on average. Equal seeds draw
   * the same sample from equal partitions; without seed every operator and batch has a seed of its own.
   * @throws {IllegalArgumentError} for a fraction below 0, or above 1 without replacement.
   * @example
   * const tenth = clicks.sample(false, 0.1, 42);
   */
  sample(withReplacement: boolean, fraction: number, seed?: number): RDD<T> {
    if (!(fraction >= 0) || (!withReplacement && fraction > 1)) {
      throw new IllegalArgumentError(
        `sample needs a fraction of at least 0, and of at most 1 without replacement, not ${fraction}.`,
      );
    }
    const operator = withReplacement
      ? operators.sampleWithReplacement(fraction, seed)
      : operators.sampleRange(0, fraction, seed);
    return this.#narrow("sample", operator, this.node.partitioner);
  }

  /**
   * Cuts the RDD at random into parts of about these weights; every element is in exactly one of them.
   * @throws {IllegalArgumentError} unless all weights are at least 0 and one is above.
   * @example
   * const [training, test] = readings.randomSplit([0.8, 0.2], 42);
   */
  randomSplit(weights: readonly number[], seed?: number): RDD<T>[] {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0) || weights.some((weight) => weight < 0)) {
      throw new IllegalArgumentError(
        `randomSplit needs weights of at least 0 and one above, not ${weights.join(", ")}.`,
      );
    }
    // One label, because it is part of the seed: all parts must draw the same numbers.
    const session = labelled(this.session, "randomSplit");
    let before = 0;
    return weights.map((weight, i) => {
      const from = before / total;
      before += weight;
      const to = i === weights.length - 1 ? 1 : before / total;
      const operator = operators.sampleRange(from, to, seed);
      return this.#derive(build.narrow(session, "randomSplit", this.node, operator, this.node.partitioner));
    });
  }

  /**
   * `[key, elements]` for each key that `f` gives.
   * @example
   * const byLength = words.groupBy((word) => word.length);
   */
  groupBy<K>(f: (value: T) => K & Sync<K>, options: PartitionOptions = {}): RDD<[K, T[]]> {
    const byKey = operators.map((value) => [f(value as T), value]);
    return this.#compose("groupBy", (session) => {
      const keyed = build.narrow(session, "groupBy", this.node, byKey);
      const partitioner = build.choosePartitioner(session, [keyed], options);
      return build.combined(session, "groupBy", keyed, groupAggregator, partitioner);
    });
  }

  /**
   * The RDD's lineage as text: one line a step, the newest first.
   * @example
   * console.log(counts.sortByKey().toDebugString());
   */
  toDebugString(): string {
    return debugString(this.node);
  }

  // --- Pairs --------------------------------------------------------------------------------------------------------

  /**
   * The keys of the pairs.
   * @example
   * const words = counts.keys();
   */
  keys(this: OnPairs<RDD<T>, T>): RDD<KeyOf<T>> {
    return pairs(this).#narrow(
      "keys",
      operators.map((pair) => (pair as [unknown, unknown])[0]),
    );
  }

  /**
   * The values of the pairs.
   * @example
   * const total = await counts.values().sum();
   */
  values(this: OnPairs<RDD<T>, T>): RDD<ValueOf<T>> {
    return pairs(this).#narrow(
      "values",
      operators.map((pair) => (pair as [unknown, unknown])[1]),
    );
  }

  /**
   * `f` of each value, under the same key.
   * @example
   * const shares = counts.mapValues((n) => n / 100);
   */
  mapValues<U>(this: OnPairs<RDD<T>, T>, f: (value: ValueOf<T>) => U & Sync<U>): RDD<[KeyOf<T>, U]> {
    const self = pairs(this);
    return self.#narrow("mapValues", operators.mapValues(f as (value: unknown) => unknown), self.node.partitioner);
  }

  /**
   * All values of `f` of each value, under the same key.
   * @example
   * const pages = clicks.flatMapValues((path) => path.split("/"));
   */
  flatMapValues<U>(this: OnPairs<RDD<T>, T>, f: (value: ValueOf<T>) => Iterable<U>): RDD<[KeyOf<T>, U]> {
    const self = pairs(this);
    const operator = operators.flatMapValues(f as (value: unknown) => Iterable<unknown>);
    return self.#narrow("flatMapValues", operator, self.node.partitioner);
  }

  /**
   * One pair a key: its values as one by `f`, which must be associative and commutative.
   * @example
   * const counts = ones.reduceByKey((a, b) => a + b);
   */
  reduceByKey(
    this: OnPairs<RDD<T>, T>,
    f: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, ValueOf<T>]> {
    return pairs(this).#combined("reduceByKey", reduceAggregator(f as (a: unknown, b: unknown) => unknown), options);
  }

  /**
   * One pair a key with the list of its values.
   * @example
   * const perUser = clicks.groupByKey(); // [user, pages]
   */
  groupByKey(this: OnPairs<RDD<T>, T>, options: PartitionOptions = {}): RDD<[KeyOf<T>, ValueOf<T>[]]> {
    return pairs(this).#combined("groupByKey", groupAggregator, options);
  }

  /**
   * One pair a key: its values folded into a combiner.
   * @example
   * const pagesOf = clicks.combineByKey(
   *   (page) => new Set([page]),
   *   (set, page) => set.add(page),
   *   (a, b) => new Set([...a, ...b]),
   * );
   */
  combineByKey<C>(
    this: OnPairs<RDD<T>, T>,
    createCombiner: (value: ValueOf<T>) => C & Sync<C>,
    mergeValue: (combiner: C, value: ValueOf<T>) => C,
    mergeCombiners: (left: C, right: C) => C,
    options: PartitionOptions & { readonly mapSideCombine?: boolean } = {},
  ): RDD<[KeyOf<T>, C]> {
    const aggregator = { createCombiner, mergeValue, mergeCombiners };
    return pairs(this).#combined("combineByKey", aggregator as Aggregator, options, options.mapSideCombine ?? true);
  }

  /**
   * One pair a key: its values added to a total that starts from `zero` in every partition, totals combined over
   * partitions. Each total starts from a copy, so `add` may change it.
   * @example
   * const averages = readings
   *   .aggregateByKey(
   *     { n: 0, sum: 0 },
   *     ({ n, sum }, x) => ({ n: n + 1, sum: sum + x }),
   *     (a, b) => ({ n: a.n + b.n, sum: a.sum + b.sum }),
   *   )
   *   .mapValues(({ n, sum }) => sum / n);
   */
  aggregateByKey<U>(
    this: OnPairs<RDD<T>, T>,
    zero: U,
    add: (total: U, value: ValueOf<T>) => U,
    combine: (left: U, right: U) => U,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, U]> {
    const fresh = copiesOf(zero);
    const aggregator = {
      createCombiner: (value: ValueOf<T>) => add(fresh(), value),
      mergeValue: add,
      mergeCombiners: combine,
    };
    return pairs(this).#combined("aggregateByKey", aggregator as Aggregator, options);
  }

  /**
   * One pair a key: its values as one by `f`, which starts from `zero` in every partition.
   * @example
   * const highest = readings.foldByKey(0, Math.max);
   */
  foldByKey(
    this: OnPairs<RDD<T>, T>,
    zero: ValueOf<T>,
    f: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, ValueOf<T>]> {
    const fresh = copiesOf(zero);
    const aggregator = { createCombiner: (value: ValueOf<T>) => f(fresh(), value), mergeValue: f, mergeCombiners: f };
    return pairs(this).#combined("foldByKey", aggregator as Aggregator, options);
  }

  /**
   * Every pair in the partition of its key: so many by hash, or as a partitioner of your own decides.
   * @example
   * const homeFirst: Partitioner = {
   *   numPartitions: 2,
   *   partition: (country) => (country === "NZ" ? 0 : 1),
   *   equals: (other) => other === homeFirst,
   * };
   * const placed = orders.partitionBy(homeFirst);
   */
  partitionBy(this: OnPairs<RDD<T>, T>, partitions: number | Partitioner): RDD<T> {
    const self = pairs<T>(this);
    const partitioner =
      typeof partitions === "number" ? new HashPartitioner(partitions) : checkedPartitioner(partitions);
    return self.#derive(build.partitioned(self.session, "partitionBy", self.node, partitioner));
  }

  /**
   * As {@link partitionBy}, with the pairs of each partition in the order of their keys.
   * @example
   * const placed = counts.repartitionAndSortWithinPartitions(8);
   */
  repartitionAndSortWithinPartitions(
    this: OnPairs<RDD<T>, T>,
    partitions: number | Partitioner,
    options: Pick<SortOptions<KeyOf<T>>, "compare"> = {},
  ): RDD<T> {
    const self = pairs<T>(this);
    const partitioner =
      typeof partitions === "number" ? new HashPartitioner(partitions) : checkedPartitioner(partitions);
    const kind = "repartitionAndSortWithinPartitions";
    return self.#compose(kind, (session) => {
      const inPlace = build.partitioned(session, kind, self.node, partitioner);
      const order = operators.sort(keyOfPair, (options.compare ?? compareKeys) as Compare);
      return build.narrow(session, kind, inPlace, order, partitioner);
    });
  }

  /**
   * All pairs in the order of their keys; see {@link sortBy}.
   * @example
   * const alphabetical = counts.sortByKey();
   */
  sortByKey(this: OnPairs<RDD<T>, T>, ascending = true, options: SortOptions<KeyOf<T>> = {}): RDD<T> {
    return pairs<T>(this).#sorted("sortByKey", keyOfPair, ascending, options as SortOptions<unknown>);
  }

  /**
   * The pairs with keys from `lower` to `upper`, both included.
   * @example
   * const fromAToM = counts.filterByRange("a", "m");
   */
  filterByRange(this: OnPairs<RDD<T>, T>, lower: KeyOf<T>, upper: KeyOf<T>): RDD<T> {
    const self = pairs<T>(this);
    const within = operators.filter((pair) => {
      const key = keyOfPair(pair);
      return compareKeys(lower, key) <= 0 && compareKeys(key, upper) <= 0;
    });
    return self.#narrow("filterByRange", within, self.node.partitioner);
  }

  /**
   * The pairs whose keys the other RDD does not have.
   * @example
   * const withoutOrder = clicks.subtractByKey(orders);
   */
  subtractByKey(
    this: OnPairs<RDD<T>, T>,
    other: RddLike<readonly [KeyOf<T>, unknown]>,
    options: PartitionOptions = {},
  ): RDD<T> {
    const self = pairs<T>(this);
    const nodes = [self.node, self.#nodeOf(other)];
    const remaining = operators.flatMapValues((lists) => {
      const [left, right] = lists as [unknown[], unknown[]];
      return right.length === 0 ? left : [];
    });
    return self.#compose("subtractByKey", (session) => {
      const grouped = transformations.cogrouped(session, "subtractByKey", nodes, options);
      return build.narrow(session, "subtractByKey", grouped, remaining, grouped.partitioner);
    });
  }

  /**
   * For each key of any of the RDDs: its values here, and its values in each of the others.
   * @example
   * const perUser = clicks.groupWith(orders, returns); // [user, [clicks, orders, returns]]
   */
  groupWith<W extends readonly unknown[]>(
    this: OnPairs<RDD<T>, T>,
    ...others: { readonly [I in keyof W]: RddLike<readonly [KeyOf<T>, W[I]]> }
  ): RDD<[KeyOf<T>, [ValueOf<T>[], ...{ -readonly [I in keyof W]: W[I][] }]]> {
    const self = pairs(this);
    const nodes = [self.node, ...others.map((other) => self.#nodeOf(other as RddLike<unknown>))];
    return self.#compose("groupWith", (session) => transformations.cogrouped(session, "groupWith", nodes, {}));
  }

  /**
   * For each key of either: its values here and its values there.
   * @example
   * const perUser = clicks.cogroup(orders); // [user, [pages, amounts]]
   */
  cogroup<W>(
    this: OnPairs<RDD<T>, T>,
    other: RddLike<readonly [KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T>[], W[]]]> {
    return pairs(this).#cogroup("cogroup", other, options);
  }

  /**
   * `[key, [value, otherValue]]` for every combination of values under a key that both have.
   * @example
   * const bought = clicks.join(orders); // [user, [page, amount]]
   */
  join<W>(
    this: OnPairs<RDD<T>, T>,
    other: RddLike<readonly [KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T>, W]]> {
    return pairs(this).#join("join", other, options, { left: false, right: false });
  }

  /**
   * As {@link join}, and `[value, undefined]` for keys that only this RDD has.
   * @example
   * const amounts = clicks.leftOuterJoin(orders).mapValues(([, amount = 0]) => amount);
   */
  leftOuterJoin<W>(
    this: OnPairs<RDD<T>, T>,
    other: RddLike<readonly [KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T>, W | undefined]]> {
    return pairs(this).#join("leftOuterJoin", other, options, { left: true, right: false });
  }

  /**
   * As {@link join}, and `[undefined, otherValue]` for keys that only the other RDD has.
   * @example
   * const pages = clicks.rightOuterJoin(orders).mapValues(([page = "unknown"]) => page);
   */
  rightOuterJoin<W>(
    this: OnPairs<RDD<T>, T>,
    other: RddLike<readonly [KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T> | undefined, W]]> {
    return pairs(this).#join("rightOuterJoin", other, options, { left: false, right: true });
  }

  /**
   * As {@link join}, and the keys that only one of the two has, with `undefined` for the missing value.
   * @example
   * const all = clicks.fullOuterJoin(orders).mapValues(([page = "unknown", amount = 0]) => `${page} ${amount}`);
   */
  fullOuterJoin<W>(
    this: OnPairs<RDD<T>, T>,
    other: RddLike<readonly [KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T> | undefined, W | undefined]]> {
    return pairs(this).#join("fullOuterJoin", other, options, { left: true, right: true });
  }

  // --- Actions ------------------------------------------------------------------------------------------------------

  /**
   * All elements, in partition order.
   * @example
   * const all = await counts.collect();
   */
  async collect(): Promise<T[]> {
    return (await this.#run(actions.collect)) as T[];
  }

  /**
   * The number of elements.
   * @example
   * console.log(`${await words.count()} words`);
   */
  count(): Promise<number> {
    return this.#run(actions.count);
  }

  /**
   * The first `n` elements, in partition order.
   * @example
   * const [one, two] = await lines.take(2);
   */
  async take(n: number): Promise<T[]> {
    return (await this.#run(actions.take(n))) as T[];
  }

  /**
   * The first element.
   * @throws {IllegalArgumentError} when there is none.
   * @example
   * const header = await lines.first();
   */
  async first(): Promise<T> {
    const [element] = await this.#run(actions.take(1));
    if (element === undefined && (await this.isEmpty())) throw new IllegalArgumentError("first() of an empty RDD.");
    return element as T;
  }

  /**
   * True when there is no element.
   * @example
   * if (!(await counts.isEmpty())) await counts.saveAsTextFile("out/counts");
   */
  async isEmpty(): Promise<boolean> {
    return (await this.#run(actions.take(1))).length === 0;
  }

  /**
   * All elements as one by `f`.
   * @throws {IllegalArgumentError} when there is none.
   * @example
   * const longest = await words.reduce((a, b) => (a.length >= b.length ? a : b));
   */
  async reduce(f: (a: T, b: T) => T): Promise<T> {
    const result = await this.#run(actions.reduce(f as (a: unknown, b: unknown) => unknown));
    if (result === undefined)
      throw new IllegalArgumentError("reduce() of an empty RDD: use fold, which has a zero value.");
    return result.value as T;
  }

  /**
   * As {@link reduce}, starting from `zero`.
   * @example
   * const total = await latencies.fold(0, (a, b) => a + b);
   */
  fold(zero: T, f: (a: T, b: T) => T): Promise<T> {
    return this.#run(actions.aggregate("fold", copiesOf(zero), (a, b) => f(a, b as T), f));
  }

  /**
   * Elements added to a total within partitions, totals combined over partitions; `zero` starts each.
   * @example
   * const letters = await words.aggregate(0, (total, word) => total + word.length, (a, b) => a + b);
   */
  aggregate<U>(zero: U, add: (total: U, value: T) => U, combine: (a: U, b: U) => U): Promise<U> {
    return this.#run(actions.aggregate("aggregate", copiesOf(zero), (a, b) => add(a, b as T), combine));
  }

  /**
   * The first `n` elements in order, without sorting all of them.
   * @param compare negative when `a` comes first. By default elements are ordered as keys are.
   * @example
   * const fastest = await latencies.takeOrdered(10);
   */
  async takeOrdered(n: number, compare: (a: T, b: T) => number = compareKeys): Promise<T[]> {
    return (await this.#run(actions.takeOrdered(checkCount("takeOrdered", n), compare as Compare))) as T[];
  }

  /**
   * The last `n` elements in order, greatest first.
   * @param compare negative when `a` comes first. By default elements are ordered as keys are.
   * @example
   * const trending = await counts.top(10, ([, a], [, b]) => a - b);
   */
  top(n: number, compare: (a: T, b: T) => number = compareKeys): Promise<T[]> {
    return this.takeOrdered(n, (a, b) => compare(b, a));
  }

  /**
   * The greatest element.
   * @throws {IllegalArgumentError} when there is none.
   * @example
   * const [mostFrequent] = await counts.max(([, a], [, b]) => a - b);
   */
  async max(compare: (a: T, b: T) => number = compareKeys): Promise<T> {
    return only("max", await this.top(1, compare));
  }

  /**
   * The least element.
   * @throws {IllegalArgumentError} when there is none.
   * @example
   * const fastest = await latencies.min();
   */
  async min(compare: (a: T, b: T) => number = compareKeys): Promise<T> {
    return only("min", await this.takeOrdered(1, compare));
  }

  /**
   * Exactly `n` random elements (fewer only if there are fewer and none may be taken twice); the same for equal seeds.
   * @example
   * const some = await lines.takeSample(false, 5, 42);
   */
  async takeSample(withReplacement: boolean, n: number, seed?: number): Promise<T[]> {
    const action = actions.takeSample(withReplacement, checkCount("takeSample", n), seed);
    return (await this.#run(action)) as T[];
  }

  /**
   * The sum of the numbers; 0 for none.
   * @example
   * const total = await counts.values().sum();
   */
  sum(this: OnNumbers<RDD<T>, T>): Promise<number> {
    const add = (a: unknown, b: unknown): number => (a as number) + (b as number);
    return numbers(this).#run(actions.aggregate("sum", () => 0, add, add));
  }

  /**
   * The mean of the numbers; NaN for none.
   * @example
   * const average = await latencies.mean();
   */
  async mean(this: OnNumbers<RDD<T>, T>): Promise<number> {
    return (await numbers(this).stats()).mean;
  }

  /**
   * Count, sum, mean, least, greatest, variance and standard deviation of the numbers, in one pass.
   * @example
   * const { mean, stdev } = await latencies.stats();
   */
  stats(this: OnNumbers<RDD<T>, T>): Promise<actions.Stats> {
    return numbers(this).#run(actions.stats);
  }

  /**
   * How often each element occurs. Elements that are objects are equal by value, but a Map finds them by identity.
   * @example
   * const timesThe = (await words.countByValue()).get("the") ?? 0;
   */
  async countByValue(): Promise<Map<T, number>> {
    return this.map((value) => [value, 1] as [T, number] & Sync<[T, number]>).reduceByKeyLocally((a, b) => a + b);
  }

  /**
   * How many pairs each key has.
   * @example
   * const clicksOf = await clicks.countByKey(); // Map of user and number of clicks
   */
  countByKey(this: OnPairs<RDD<T>, T>): Promise<Map<KeyOf<T>, number>> {
    const ones = pairs<[KeyOf<T>, unknown]>(this).mapValues(() => 1);
    return ones.reduceByKeyLocally((a, b) => a + b);
  }

  /**
   * Each key's values as one by `f`, as a Map on the driver.
   * @example
   * const totals = await orders.reduceByKeyLocally((a, b) => a + b);
   */
  async reduceByKeyLocally(
    this: OnPairs<RDD<T>, T>,
    f: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
  ): Promise<Map<KeyOf<T>, ValueOf<T>>> {
    const self = pairs<[KeyOf<T>, ValueOf<T>]>(this);
    return new Map(await self.reduceByKey(f).collect());
  }

  /**
   * The pairs as a Map on the driver; of several values of a key, the last one.
   * @example
   * const countOf = await counts.collectAsMap();
   * console.log(countOf.get("the"));
   */
  async collectAsMap(this: OnPairs<RDD<T>, T>): Promise<Map<KeyOf<T>, ValueOf<T>>> {
    return new Map(await pairs<[KeyOf<T>, ValueOf<T>]>(this).collect());
  }

  /**
   * All values of a key, which is compared by value.
   * @example
   * const pages = await clicks.lookup("ada");
   */
  lookup(this: OnPairs<RDD<T>, T>, key: KeyOf<T>): Promise<ValueOf<T>[]> {
    const self = pairs<[KeyOf<T>, ValueOf<T>]>(this);
    return self
      .filter(([k]) => compareKeys(k, key) === 0)
      .values()
      .collect();
  }

  /**
   * Calls `f` for each element on the executors. Effects may be repeated when a task is tried again.
   * @example
   * await lines.foreach((line) => console.log(line));
   */
  foreach<R>(f: (value: T) => R & Sync<R>): Promise<void> {
    return this.#run(actions.foreach(f as (value: unknown) => void));
  }

  /**
   * Calls `f` for each partition on the executors; may be asynchronous. Hand `effects.token` to the sink, which can
   * refuse it the second time: that makes the effect happen once although tasks are tried again.
   * @example
   * await counts.foreachPartition(async (rows, { token }) => database.upsertOnce(token, rows));
   */
  foreachPartition(
    f: (partition: readonly T[], effects: actions.EffectContext) => void | PromiseLike<void>,
  ): Promise<void> {
    return this.#run(actions.foreachPartition(f as Parameters<typeof actions.foreachPartition>[0]));
  }

  /**
   * Writes `directory/part-00000`, ...: one line an element, one file a partition with elements.
   * @example
   * await counts.map(([word, n]) => `${word}\t${n}`).saveAsTextFile(`out/counts-${time.milliseconds}`);
   */
  saveAsTextFile(directory: string): Promise<void> {
    return this.#run(actions.saveAsTextFile(directory));
  }

  /**
   * Writes `directory/part-00000`, ...: one object file a partition with elements; `ssc.context.objectFile` reads them.
   * @example
   * await counts.saveAsObjectFile(`out/counts-${time.milliseconds}`);
   */
  saveAsObjectFile(directory: string): Promise<void> {
    return this.#run(actions.saveAsObjectFile(directory));
  }

  // ------------------------------------------------------------------------------------------------------------------

  #derive<U>(node: RddNode): RDD<U> {
    return new RDD<U>(node, this.session);
  }

  #narrow<U>(kind: string, operator: Parameters<typeof build.narrow>[3], partitioner?: Partitioner): RDD<U> {
    return this.#derive(build.narrow(this.session, kind, this.node, operator, partitioner));
  }

  /** An RDD made by several steps, which all have the label of the one operation they are. */
  #compose<U>(kind: string, f: (session: Session) => RddNode): RDD<U> {
    return this.#derive(f(labelled(this.session, kind)));
  }

  /** The lineage of the other side of an operation, which lives in this RDD's batch. */
  #nodeOf(other: RddLike<unknown>): RddNode {
    if (!(other instanceof RDD)) return other.in(this.session).node;
    if (other.session.lineage === this.session.lineage) return other.node;
    throw new IllegalArgumentError(
      "The other RDD belongs to another batch or another body. RDDs cannot be kept over batches: use state or a window.",
    );
  }

  #combined<U>(kind: string, aggregator: Aggregator, options: PartitionOptions, mapSideCombine = true): RDD<U> {
    const partitioner = build.choosePartitioner(this.session, [this.node], options);
    return this.#derive(build.combined(this.session, kind, this.node, aggregator, partitioner, mapSideCombine));
  }

  #sorted(kind: string, keyOf: AnyFunction, ascending: boolean, options: SortOptions<unknown>): RDD<T> {
    const { compare = compareKeys, numPartitions = this.node.numPartitions } = options;
    const order: Compare = ascending ? compare : (a, b) => compare(b, a);
    const n = checkPartitions(numPartitions);
    return this.#compose(kind, (session) => transformations.sorted(session, kind, this.node, keyOf, order, n));
  }

  #cogroup<U>(kind: string, other: RddLike<unknown>, options: PartitionOptions): RDD<U> {
    const nodes = [this.node, this.#nodeOf(other)];
    return this.#compose(kind, (session) => transformations.cogrouped(session, kind, nodes, options));
  }

  #join<U>(kind: string, other: RddLike<unknown>, options: PartitionOptions, outer: transformations.Outer): RDD<U> {
    const right = this.#nodeOf(other);
    return this.#compose(kind, (session) => transformations.joined(session, kind, this.node, right, outer, options));
  }

  #run<R>(action: actions.Action<R>): Promise<R> {
    const run = async () => (await this.session.run(this.node, action, this.session.label(action.name))) as R;
    const result = run();
    // A body need not await it: whoever called the body does, and is told of a failure, which so is never unhandled.
    result.catch(() => {});
    return result;
  }
}

/** Inside pair operations: `this` as what it was checked to be by the compiler. */
function pairs<T>(self: unknown): RDD<T> {
  return self as RDD<T>;
}

function numbers(self: unknown): RDD<number> {
  return self as RDD<number>;
}

function keyOfPair(pair: unknown): unknown {
  return (pair as readonly [unknown, unknown])[0];
}

/** @throws {IllegalArgumentError} unless `n` is a whole number of at least 0. */
function checkCount(what: string, n: number): number {
  if (Number.isInteger(n) && n >= 0) return n;
  throw new IllegalArgumentError(`${what} needs a whole number of elements, not ${n}.`);
}

/** @throws {IllegalArgumentError} when there is no element. */
function only<T>(what: string, elements: readonly T[]): T {
  if (elements.length === 0) throw new IllegalArgumentError(`${what}() of an empty RDD.`);
  return elements[0] as T;
}
