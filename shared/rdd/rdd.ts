import { IllegalArgumentError } from "../errors/index.js";
import * as actions from "./actions/index.js";
import { groupAggregator, reduceAggregator } from "./aggregator.js";
import * as build from "./build.js";
import type { RddNode } from "./lineage.js";
import * as operators from "./operators/index.js";
import { checkPartitions, type Partitioner } from "./partitioner.js";
import type { Session } from "./session.js";
import type { KeyOf, OnPairs, Sync, ValueOf } from "./types.js";

/** Number of partitions of a shuffle's result, or the partitioner that decides them. */
export interface PartitionOptions {
  readonly numPartitions?: number;
}

/**
 * A resilient distributed dataset: the elements of one batch (or of any step on the way), in partitions, described by
 * how they are computed. Transformations are lazy and return a new RDD; actions run on the executors and resolve with
 * their result. You meet RDDs in `transform`, `transformWith` and `foreachRDD`. Source: Spark's RDD API.
 *
 * Element functions are synchronous and run on the executors.
 *
 * @example
 * counts.foreachRDD(async (rdd, time) => {
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

  /** Number of partitions. */
  getNumPartitions(): number {
    return this.node.numPartitions;
  }

  // --- Transformations of elements ----------------------------------------------------------------------------------

  /** `f` of each element. */
  map<U>(f: (value: T) => U & Sync<U>): RDD<U> {
    return this.#narrow("map", operators.map(f as (value: unknown) => unknown));
  }

  /** All elements of `f` of each element. */
  flatMap<U>(f: (value: T) => Iterable<U>): RDD<U> {
    return this.#narrow("flatMap", operators.flatMap(f as (value: unknown) => Iterable<unknown>));
  }

  /** The elements for which the predicate holds. */
  filter<U extends T>(predicate: (value: T) => value is U): RDD<U>;
  filter(predicate: (value: T) => boolean): RDD<T>;
  filter(predicate: (value: T) => boolean): RDD<T> {
    const operator = operators.filter(predicate as (value: unknown) => unknown);
    return this.#narrow("filter", operator, this.node.partitioner);
  }

  /** `f` of each element, as pairs. */
  mapToPair<K, V>(f: (value: T) => readonly [K, V]): RDD<[K, V]> {
    return this.#narrow("mapToPair", operators.map(f as (value: unknown) => unknown));
  }

  /** All pairs of `f` of each element. */
  flatMapToPair<K, V>(f: (value: T) => Iterable<readonly [K, V]>): RDD<[K, V]> {
    return this.#narrow("flatMapToPair", operators.flatMap(f as (value: unknown) => Iterable<unknown>));
  }

  /** `f` of each partition, called for empty partitions too. */
  mapPartitions<U>(f: (partition: readonly T[]) => Iterable<U>): RDD<U> {
    return this.#narrow(
      "mapPartitions",
      operators.mapPartitions((p) => f(p as readonly T[])),
    );
  }

  /** `f` of each partition and its index. */
  mapPartitionsWithIndex<U>(f: (index: number, partition: readonly T[]) => Iterable<U>): RDD<U> {
    return this.#narrow(
      "mapPartitionsWithIndex",
      operators.mapPartitions((p, i) => f(i, p as readonly T[])),
    );
  }

  /** The elements of each partition as one list. */
  glom(): RDD<T[]> {
    return this.#narrow("glom", operators.glom);
  }

  /** `[f(x), x]` for each element x. */
  keyBy<K>(f: (value: T) => K & Sync<K>): RDD<[K, T]> {
    return this.#narrow(
      "keyBy",
      operators.map((value) => [f(value as T), value]),
    );
  }

  // --- Transformations of whole RDDs --------------------------------------------------------------------------------

  /** This RDD's elements, then the other's. */
  union(other: RDD<T>): RDD<T> {
    return this.#derive(build.union(this.session, "union", [this.node, other.node]));
  }

  /** The same elements dealt out evenly to exactly `numPartitions` partitions. */
  repartition(numPartitions: number): RDD<T> {
    const n = checkPartitions(numPartitions);
    return this.#derive(build.repartition(this.session, "repartition", this.node, n));
  }

  /** Each distinct element once. */
  distinct(options: PartitionOptions = {}): RDD<T> {
    const pairs = build.narrow(
      this.session,
      "distinct",
      this.node,
      operators.map((value) => [value, true]),
    );
    const partitioner = build.choosePartitioner(this.session, [pairs], options.numPartitions);
    const unique = build.combined(
      this.session,
      "distinct",
      pairs,
      reduceAggregator((a) => a),
      partitioner,
    );
    return this.#derive(
      build.narrow(
        this.session,
        "distinct",
        unique,
        operators.map((pair) => (pair as [T, true])[0]),
      ),
    );
  }

  // --- Pairs --------------------------------------------------------------------------------------------------------

  /** The keys of the pairs. */
  keys(this: OnPairs<RDD<T>, T>): RDD<KeyOf<T>> {
    return pairs(this).#narrow(
      "keys",
      operators.map((pair) => (pair as [unknown, unknown])[0]),
    );
  }

  /** The values of the pairs. */
  values(this: OnPairs<RDD<T>, T>): RDD<ValueOf<T>> {
    return pairs(this).#narrow(
      "values",
      operators.map((pair) => (pair as [unknown, unknown])[1]),
    );
  }

  /** `f` of each value, under the same key. */
  mapValues<U>(this: OnPairs<RDD<T>, T>, f: (value: ValueOf<T>) => U & Sync<U>): RDD<[KeyOf<T>, U]> {
    const self = pairs(this);
    return self.#narrow("mapValues", operators.mapValues(f as (value: unknown) => unknown), self.node.partitioner);
  }

  /** All values of `f` of each value, under the same key. */
  flatMapValues<U>(this: OnPairs<RDD<T>, T>, f: (value: ValueOf<T>) => Iterable<U>): RDD<[KeyOf<T>, U]> {
    const self = pairs(this);
    const operator = operators.flatMapValues(f as (value: unknown) => Iterable<unknown>);
    return self.#narrow("flatMapValues", operator, self.node.partitioner);
  }

  /** One pair a key: its values as one by `f`, which must be associative and commutative. */
  reduceByKey(
    this: OnPairs<RDD<T>, T>,
    f: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, ValueOf<T>]> {
    return pairs(this).#combined("reduceByKey", reduceAggregator(f as (a: unknown, b: unknown) => unknown), options);
  }

  /** One pair a key with the list of its values. */
  groupByKey(this: OnPairs<RDD<T>, T>, options: PartitionOptions = {}): RDD<[KeyOf<T>, ValueOf<T>[]]> {
    return pairs(this).#combined("groupByKey", groupAggregator, options);
  }

  /** One pair a key: its values folded into a combiner. */
  combineByKey<C>(
    this: OnPairs<RDD<T>, T>,
    createCombiner: (value: ValueOf<T>) => C,
    mergeValue: (combiner: C, value: ValueOf<T>) => C,
    mergeCombiners: (left: C, right: C) => C,
    options: PartitionOptions & { readonly mapSideCombine?: boolean } = {},
  ): RDD<[KeyOf<T>, C]> {
    const aggregator = { createCombiner, mergeValue, mergeCombiners } as Parameters<typeof build.combined>[3];
    return pairs(this).#combined("combineByKey", aggregator, options, options.mapSideCombine ?? true);
  }

  /** Every pair in the partition of its key. */
  partitionBy(this: OnPairs<RDD<T>, T>, partitions: number | Partitioner): RDD<T> {
    const self = pairs(this);
    const partitioner =
      typeof partitions === "number" ? build.choosePartitioner(self.session, [], partitions) : partitions;
    return self.#derive(build.partitioned(self.session, "partitionBy", self.node, partitioner));
  }

  /** For each key of either: its values here and its values there. */
  cogroup<W>(
    this: OnPairs<RDD<T>, T>,
    other: RDD<[KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T>[], W[]]]> {
    return pairs(this).#cogroup("cogroup", other, options);
  }

  /** `[key, [value, otherValue]]` for every combination of values under a key that both have. */
  join<W>(
    this: OnPairs<RDD<T>, T>,
    other: RDD<[KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T>, W]]> {
    return pairs(this).#join("join", other, options, false, false);
  }

  /** As {@link join}, and `[value, undefined]` for keys that only this RDD has. */
  leftOuterJoin<W>(
    this: OnPairs<RDD<T>, T>,
    other: RDD<[KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T>, W | undefined]]> {
    return pairs(this).#join("leftOuterJoin", other, options, true, false);
  }

  /** As {@link join}, and `[undefined, otherValue]` for keys that only the other RDD has. */
  rightOuterJoin<W>(
    this: OnPairs<RDD<T>, T>,
    other: RDD<[KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T> | undefined, W]]> {
    return pairs(this).#join("rightOuterJoin", other, options, false, true);
  }

  /** As {@link join}, and the keys that only one of the two has, with `undefined` for the missing value. */
  fullOuterJoin<W>(
    this: OnPairs<RDD<T>, T>,
    other: RDD<[KeyOf<T>, W]>,
    options: PartitionOptions = {},
  ): RDD<[KeyOf<T>, [ValueOf<T> | undefined, W | undefined]]> {
    return pairs(this).#join("fullOuterJoin", other, options, true, true);
  }

  // --- Actions ------------------------------------------------------------------------------------------------------

  /** All elements, in partition order. */
  async collect(): Promise<T[]> {
    return (await this.#run(actions.collect)) as T[];
  }

  /** The number of elements. */
  count(): Promise<number> {
    return this.#run(actions.count);
  }

  /** The first `n` elements, in partition order. */
  async take(n: number): Promise<T[]> {
    return (await this.#run(actions.take(n))) as T[];
  }

  /** The first element. @throws {IllegalArgumentError} when there is none. */
  async first(): Promise<T> {
    const [element] = await this.#run(actions.take(1));
    if (element === undefined && (await this.isEmpty())) throw new IllegalArgumentError("first() of an empty RDD.");
    return element as T;
  }

  /** True when there is no element. */
  async isEmpty(): Promise<boolean> {
    return (await this.#run(actions.take(1))).length === 0;
  }

  /** All elements as one by `f`. @throws {IllegalArgumentError} when there is none. */
  async reduce(f: (a: T, b: T) => T): Promise<T> {
    const result = await this.#run(actions.reduce(f as (a: unknown, b: unknown) => unknown));
    if (result === undefined)
      throw new IllegalArgumentError("reduce() of an empty RDD: use fold, which has a zero value.");
    return result.value as T;
  }

  /** As {@link reduce}, starting from `zero`. */
  fold(zero: T, f: (a: T, b: T) => T): Promise<T> {
    return this.#run(
      actions.aggregate(
        "fold",
        () => zero,
        (a, b) => f(a, b as T),
        f,
      ),
    );
  }

  /** Elements added to a total within partitions, totals combined over partitions; `zero` starts each. */
  aggregate<U>(zero: U, add: (total: U, value: T) => U, combine: (a: U, b: U) => U): Promise<U> {
    return this.#run(
      actions.aggregate(
        "aggregate",
        () => structuredClone(zero),
        (a, b) => add(a, b as T),
        combine,
      ),
    );
  }

  /** How often each element occurs. */
  async countByValue(): Promise<Map<T, number>> {
    const counted = this.map((value) => [value, 1] as [T, number]) as unknown as RDD<[T, number]>;
    return new Map((await counted.reduceByKey((a, b) => a + b).collect()) as [T, number][]);
  }

  /** Calls `f` for each element on the executors. Effects may be repeated when a task is tried again. */
  foreach(f: (value: T) => void): Promise<void> {
    return this.#run(actions.foreach(f as (value: unknown) => void));
  }

  /**
   * Calls `f` for each partition on the executors; may be asynchronous. Hand `effects.token` to the sink, which can
   * refuse it the second time: that makes the effect happen once although tasks are tried again.
   */
  foreachPartition(
    f: (partition: readonly T[], effects: actions.EffectContext) => void | PromiseLike<void>,
  ): Promise<void> {
    return this.#run(actions.foreachPartition(f as Parameters<typeof actions.foreachPartition>[0]));
  }

  /** Writes `directory/part-00000`, ...: one line an element, one file a partition with elements. */
  saveAsTextFile(directory: string): Promise<void> {
    return this.#run(actions.saveAsTextFile(directory));
  }

  // ------------------------------------------------------------------------------------------------------------------

  #derive<U>(node: RddNode): RDD<U> {
    return new RDD<U>(node, this.session);
  }

  #narrow<U>(kind: string, operator: Parameters<typeof build.narrow>[3], partitioner?: Partitioner): RDD<U> {
    return this.#derive(build.narrow(this.session, kind, this.node, operator, partitioner));
  }

  #combined<U>(
    kind: string,
    aggregator: Parameters<typeof build.combined>[3],
    options: PartitionOptions,
    mapSideCombine = true,
  ): RDD<U> {
    const partitioner = build.choosePartitioner(this.session, [this.node], options.numPartitions);
    return this.#derive(build.combined(this.session, kind, this.node, aggregator, partitioner, mapSideCombine));
  }

  #cogroup<U>(kind: string, other: RDD<unknown>, options: PartitionOptions): RDD<U> {
    const nodes = [this.node, other.node];
    const partitioner = build.choosePartitioner(this.session, nodes, options.numPartitions);
    const inPlace = nodes.map((node) => build.partitioned(this.session, kind, node, partitioner));
    return this.#derive(build.zip(this.session, kind, inPlace, operators.cogroup(nodes.length), partitioner));
  }

  #join<U>(
    kind: string,
    other: RDD<unknown>,
    options: PartitionOptions,
    keepLeft: boolean,
    keepRight: boolean,
  ): RDD<U> {
    const grouped = this.#cogroup<[unknown, [unknown[], unknown[]]]>(kind, other, options);
    const rows = operators.flatMapValues((lists) => {
      const [left, right] = lists as [unknown[], unknown[]];
      const lefts = left.length === 0 && keepRight ? [undefined] : left;
      const rights = right.length === 0 && keepLeft ? [undefined] : right;
      return lefts.flatMap((l) => rights.map((r) => [l, r]));
    });
    return grouped.#narrow(kind, rows, grouped.node.partitioner);
  }

  async #run<R>(action: actions.Action<R>): Promise<R> {
    return (await this.session.run(this.node, action, this.session.label(action.name))) as R;
  }
}

/** Inside pair operations: `this` as what it was checked to be by the compiler. */
function pairs<T>(self: unknown): RDD<T> {
  return self as RDD<T>;
}
