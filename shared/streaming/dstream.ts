import { IllegalArgumentError } from "../errors/index.js";
import {
  build,
  checkPartitions,
  type KeyedUpdate,
  type KeyOf,
  type OnPairs,
  operators,
  type Partitioner,
  type PartitionOptions,
  type RDD,
  RDD as RddClass,
  type Sync,
  type ValueOf,
} from "../rdd/index.js";
import { Duration, Time } from "../time/index.js";
import type { StreamNode } from "./graph.js";
import type { OperatorOptions } from "./graph-builder.js";
import { checkWindow } from "./operators/check-window.js";
import { type KeyedWindow, keyedWindowNode } from "./operators/keyed-window.js";
import { liftAllNode, liftNode } from "./operators/lift.js";
import { mapWithStateNode, stateSnapshotsNode } from "./operators/map-with-state.js";
import { transformNode } from "./operators/transform.js";
import { updateStateByKeyNode } from "./operators/update-state-by-key.js";
import { windowNode } from "./operators/window.js";
import {
  type BodyContext,
  foreachRDD,
  type HadoopFormat,
  print,
  saveAsHadoopFiles,
  saveAsObjectFiles,
  saveAsTextFiles,
} from "./outputs/index.js";
import type { StateSpec } from "./state-spec.js";
import { checkStorageLevel, type StorageLevel } from "./storage-level.js";
import type { StreamingContext } from "./streaming-context.js";

type AnyRdd = RDD<unknown>;
type AnyFunction = (...args: unknown[]) => unknown;

/** Options of operations that shuffle. */
export interface ShuffleOptions extends OperatorOptions, PartitionOptions {}

/** Options of `updateStateByKey`. */
export interface StateOptions<K, S> extends OperatorOptions {
  /** Number of partitions of the state; keys go where their hash belongs. */
  readonly numPartitions?: number;
  /** State before the first batch. */
  readonly initialState?: ReadonlyArray<readonly [K, S]>;
}

/** Options of operations that write files. */
export interface SaveOptions extends OperatorOptions {
  /** A file for partitions without elements too, as Spark does. @defaultValue false */
  readonly writeEmpty?: boolean;
  /**
   * Against many small files: gathers the batches of so much time, a multiple of the stream's slide, into one directory
   * with one part file, named by the last of them. What is gathered is kept in the checkpoint until then.
   */
  readonly rollOver?: Duration;
}

/** Options of windows by key. */
export interface WindowShuffleOptions extends OperatorOptions {
  /** Number of partitions of the result; keys go where their hash belongs. */
  readonly numPartitions?: number;
}

/** Options of `reduceByKeyAndWindow`. */
export interface WindowOptions<K, V> extends WindowShuffleOptions {
  /** Takes out of an aggregate again what has left the window. */
  inverse?(aggregate: V, leaving: V): V;
  /** Pairs for which it does not hold are dropped after each slide. */
  filter?(pair: readonly [K, V]): boolean;
}

/** An RDD of an earlier batch. */
export interface BatchSlice<T> {
  /** Batch time. */
  readonly time: Time;
  readonly values: readonly T[];
  readonly partitions: readonly (readonly T[])[];
}

/** What the iterator form of `updateStateByKey` gets of one key. */
export interface KeyUpdate<K, V, S> {
  readonly key: K;
  /** New values of this batch; empty when there are none. */
  readonly values: readonly V[];
  /** `undefined` when the key has no state. */
  readonly state: S | undefined;
}

/**
 * A discretised stream: an RDD for every batch. Operations return new streams; nothing runs before the context is
 * started, and only what an output operation depends on runs at all. Source: Spark Streaming's DStream.
 *
 * Pair operations (`reduceByKey`, `join`, ...) compile only on streams of `[key, value]` pairs. Keys are equal when their
 * values are (objects and lists too); a key must not be `undefined`. Element functions run on executors, are synchronous
 * and must not rely on variables that other functions change.
 *
 * @example
 * const counts = lines
 *   .flatMap((line) => line.split(" "))
 *   .mapToPair((word) => [word, 1])
 *   .reduceByKey((a, b) => a + b);
 */
export class DStream<T> {
  /**
   * The context this stream belongs to.
   * @example
   * const more = lines.context.textFileStream("in/more");
   */
  readonly context: StreamingContext;
  /** @internal */
  readonly node: StreamNode;

  /** @internal Streams come from a context and from other streams. */
  constructor(context: StreamingContext, node: StreamNode) {
    this.context = context;
    this.node = node;
  }

  /**
   * The time between two RDDs of this stream.
   * @example
   * const windows = lines.window(minutes(1), seconds(10));
   * windows.slideDuration.toString(); // "10000 ms"
   */
  get slideDuration(): Duration {
    return new Duration(this.node.slide);
  }

  // --- Elements -----------------------------------------------------------------------------------------------------

  /**
   * `f` of each element; order and partitions are kept.
   * @example
   * const lengths = lines.map((line) => line.length);
   */
  map<U>(f: (value: T) => U & Sync<U>, options?: OperatorOptions): DStream<U> {
    return this.#lift("map", (rdd) => rdd.map(f as AnyFunction), options);
  }

  /**
   * All elements of `f` of each element, which may return any iterable.
   * @example
   * const words = lines.flatMap((line) => line.split(" "));
   */
  flatMap<U>(f: (value: T) => Iterable<U>, options?: OperatorOptions): DStream<U> {
    return this.#lift("flatMap", (rdd) => rdd.flatMap(f as (value: unknown) => Iterable<unknown>), options);
  }

  /**
   * The elements for which the predicate holds.
   * @example
   * const errors = lines.filter((line) => line.includes("ERROR"));
   */
  filter<U extends T>(predicate: (value: T) => value is U, options?: OperatorOptions): DStream<U>;
  filter(predicate: (value: T) => boolean, options?: OperatorOptions): DStream<T>;
  filter(predicate: (value: T) => boolean, options?: OperatorOptions): DStream<T> {
    return this.#lift("filter", (rdd) => rdd.filter(predicate as (value: unknown) => boolean), options);
  }

  /**
   * `f` of each element, as pairs: the way into pair operations.
   * @example
   * const ones = words.mapToPair((word) => [word, 1]);
   */
  mapToPair<K, V>(f: (value: T) => readonly [K, V], options?: OperatorOptions): DStream<[K, V]> {
    return this.#lift("mapToPair", (rdd) => rdd.mapToPair(f as (value: unknown) => [unknown, unknown]), options);
  }

  /**
   * All pairs of `f` of each element.
   * @example
   * const letters = words.flatMapToPair((word) => [...word].map((letter) => [letter, word] as [string, string]));
   */
  flatMapToPair<K, V>(f: (value: T) => Iterable<readonly [K, V]>, options?: OperatorOptions): DStream<[K, V]> {
    return this.#lift("flatMapToPair", (rdd) => rdd.flatMap(f as (value: unknown) => Iterable<unknown>), options);
  }

  /**
   * `f` of each partition, called once for empty partitions too.
   * @example
   * const sums = numbers.mapPartitions((partition) => [partition.reduce((a, b) => a + b, 0)]);
   */
  mapPartitions<U>(f: (partition: readonly T[]) => Iterable<U>, options?: OperatorOptions): DStream<U> {
    return this.#lift(
      "mapPartitions",
      (rdd) => rdd.mapPartitions(f as (p: readonly unknown[]) => Iterable<unknown>),
      options,
    );
  }

  /**
   * `f` of each partition and its index.
   * @example
   * const sizes = lines.mapPartitionsWithIndex((index, partition) => [`${index}: ${partition.length}`]);
   */
  mapPartitionsWithIndex<U>(
    f: (index: number, partition: readonly T[]) => Iterable<U>,
    options?: OperatorOptions,
  ): DStream<U> {
    const g = f as (index: number, partition: readonly unknown[]) => Iterable<unknown>;
    return this.#lift("mapPartitionsWithIndex", (rdd) => rdd.mapPartitionsWithIndex(g), options);
  }

  /**
   * `f` of each partition, as pairs.
   * @example
   * const sizes = lines.mapPartitionsToPair((partition) => [["lines", partition.length]]);
   */
  mapPartitionsToPair<K, V>(
    f: (partition: readonly T[]) => Iterable<readonly [K, V]>,
    options?: OperatorOptions,
  ): DStream<[K, V]> {
    const g = f as (partition: readonly unknown[]) => Iterable<unknown>;
    return this.#lift("mapPartitionsToPair", (rdd) => rdd.mapPartitions(g), options);
  }

  /**
   * The elements of each partition as one list.
   * @example
   * const sizes = lines.glom().map((partition) => partition.length);
   */
  glom(options?: OperatorOptions): DStream<T[]> {
    return this.#lift("glom", (rdd) => rdd.glom(), options);
  }

  /**
   * This stream's elements, then the other's.
   * @throws {IllegalArgumentError} when the two have different slides or contexts.
   * @example
   * const all = lines.union(ssc.textFileStream("in/more"));
   */
  union(other: DStream<T>, options: OperatorOptions = {}): DStream<T> {
    return this.#with("union", other, (a, b) => (a as AnyRdd).union(b as AnyRdd), options);
  }

  /**
   * The same elements dealt out evenly to exactly `numPartitions` partitions; order is not kept.
   * @example
   * const spread = lines.repartition(8).map((line) => JSON.parse(line) as unknown);
   */
  repartition(numPartitions: number, options?: OperatorOptions): DStream<T> {
    const n = checkPartitions(numPartitions);
    return this.#lift("repartition", (rdd) => rdd.repartition(n), options);
  }

  // --- Reductions to one element ------------------------------------------------------------------------------------

  /**
   * The number of elements of each batch: exactly one element, 0 for an empty batch.
   * @example
   * lines.count().print(); // lines in each batch
   */
  count(options?: OperatorOptions): DStream<number> {
    return this.#toOne("count", operators.count, operators.sum, options);
  }

  /**
   * All elements of a batch as one by `f`, which must be associative and commutative; an empty batch stays empty.
   * @example
   * const longest = lines.reduce((a, b) => (a.length >= b.length ? a : b));
   */
  reduce(f: (a: T, b: T) => T, options?: OperatorOptions): DStream<T> {
    const operator = operators.reduce(f as (a: unknown, b: unknown) => unknown);
    return this.#toOne("reduce", operator, operator, options);
  }

  /**
   * How often each element occurs in its batch.
   * @example
   * const counts = words.countByValue({ numPartitions: 4 });
   */
  countByValue(options: ShuffleOptions = {}): DStream<[T, number]> {
    const one = (value: unknown): [unknown, number] => [value, 1];
    const add = (a: number, b: number): number => a + b;
    return this.#lift("countByValue", (rdd) => rdd.mapToPair(one).reduceByKey(add, options), options);
  }

  // --- Pairs --------------------------------------------------------------------------------------------------------

  /**
   * `f` of each value, under the same key.
   * @example
   * const shares = counts.mapValues((n) => n / 100);
   */
  mapValues<U>(
    this: OnPairs<DStream<T>, T>,
    f: (value: ValueOf<T>) => U & Sync<U>,
    options?: OperatorOptions,
  ): DStream<[KeyOf<T>, U]> {
    return pairs(this).#lift("mapValues", (rdd) => asPairs(rdd).mapValues(f as AnyFunction), options);
  }

  /**
   * All values of `f` of each value, under the same key.
   * @example
   * const wordsOfUser = messages.flatMapValues((text) => text.split(" "));
   */
  flatMapValues<U>(
    this: OnPairs<DStream<T>, T>,
    f: (value: ValueOf<T>) => Iterable<U>,
    options?: OperatorOptions,
  ): DStream<[KeyOf<T>, U]> {
    const g = f as (value: unknown) => Iterable<unknown>;
    return pairs(this).#lift("flatMapValues", (rdd) => asPairs(rdd).flatMapValues(g), options);
  }

  /**
   * One pair a key and batch: the key's values as one by `f`, which must be associative and commutative.
   * @example
   * const counts = ones.reduceByKey((a, b) => a + b);
   */
  reduceByKey(
    this: OnPairs<DStream<T>, T>,
    f: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    options: ShuffleOptions = {},
  ): DStream<[KeyOf<T>, ValueOf<T>]> {
    return pairs(this).#lift("reduceByKey", (rdd) => asPairs(rdd).reduceByKey(f as AnyFunction, options), options);
  }

  /**
   * One pair a key and batch, with the list of the key's values.
   * @example
   * const perUser = messages.groupByKey().mapValues((texts) => texts.join("\n"));
   */
  groupByKey(this: OnPairs<DStream<T>, T>, options: ShuffleOptions = {}): DStream<[KeyOf<T>, ValueOf<T>[]]> {
    return pairs(this).#lift("groupByKey", (rdd) => asPairs(rdd).groupByKey(options), options);
  }

  /**
   * One pair a key and batch: the key's values folded into a combiner, first within partitions, then over them.
   * @example
   * const sets = messages.combineByKey(
   *   (text) => new Set([text]),
   *   (set, text) => set.add(text),
   *   (a, b) => new Set([...a, ...b]),
   * );
   */
  combineByKey<C>(
    this: OnPairs<DStream<T>, T>,
    createCombiner: (value: ValueOf<T>) => C & Sync<C>,
    mergeValue: (combiner: C, value: ValueOf<T>) => C,
    mergeCombiners: (left: C, right: C) => C,
    options: ShuffleOptions & { readonly mapSideCombine?: boolean } = {},
  ): DStream<[KeyOf<T>, C]> {
    return pairs(this).#lift(
      "combineByKey",
      (rdd) =>
        asPairs(rdd).combineByKey(
          createCombiner as AnyFunction,
          mergeValue as AnyFunction,
          mergeCombiners as AnyFunction,
          options,
        ),
      options,
    );
  }

  /**
   * Every pair in the partition of its key: so many by hash, or as a partitioner of your own decides.
   * @example
   * const placed = ones.partitionBy(8);
   */
  partitionBy(
    this: OnPairs<DStream<T>, T>,
    partitions: number | Partitioner,
    options?: OperatorOptions,
  ): DStream<[KeyOf<T>, ValueOf<T>]> {
    return pairs(this).#lift("partitionBy", (rdd) => asPairs(rdd).partitionBy(partitions), options);
  }

  /**
   * For each key of either stream in a batch: its values here and its values there.
   * @example
   * const both = messages.cogroup(counts).mapValues(([texts, numbers]) => texts.length + numbers.length);
   */
  cogroup<W>(
    this: OnPairs<DStream<T>, T>,
    other: DStream<[KeyOf<T>, W]>,
    options: ShuffleOptions = {},
  ): DStream<[KeyOf<T>, [ValueOf<T>[], W[]]]> {
    return pairs(this).#with("cogroup", other, (a, b) => a.cogroup(b, options), options);
  }

  /**
   * `[key, [value, otherValue]]` for every combination of values of a batch under a key that both have.
   * @throws {IllegalArgumentError} when the two have different slides or contexts.
   * @example
   * const rated = messages.join(counts); // [user, [text, count]]
   */
  join<W>(
    this: OnPairs<DStream<T>, T>,
    other: DStream<[KeyOf<T>, W]>,
    options: ShuffleOptions = {},
  ): DStream<[KeyOf<T>, [ValueOf<T>, W]]> {
    return pairs(this).#with("join", other, (a, b) => a.join(b, options), options);
  }

  /**
   * As {@link join}, and `[value, undefined]` for keys that only this stream has.
   * @example
   * const rated = messages.leftOuterJoin(counts).mapValues(([text, n = 0]) => `${text} (${n})`);
   */
  leftOuterJoin<W>(
    this: OnPairs<DStream<T>, T>,
    other: DStream<[KeyOf<T>, W]>,
    options: ShuffleOptions = {},
  ): DStream<[KeyOf<T>, [ValueOf<T>, W | undefined]]> {
    return pairs(this).#with("leftOuterJoin", other, (a, b) => a.leftOuterJoin(b, options), options);
  }

  /**
   * As {@link join}, and `[undefined, otherValue]` for keys that only the other stream has.
   * @example
   * const all = messages.rightOuterJoin(counts).mapValues(([text = "none", n]) => `${text} (${n})`);
   */
  rightOuterJoin<W>(
    this: OnPairs<DStream<T>, T>,
    other: DStream<[KeyOf<T>, W]>,
    options: ShuffleOptions = {},
  ): DStream<[KeyOf<T>, [ValueOf<T> | undefined, W]]> {
    return pairs(this).#with("rightOuterJoin", other, (a, b) => a.rightOuterJoin(b, options), options);
  }

  /**
   * As {@link join}, and the keys that only one of the two has, with `undefined` for the missing value.
   * @example
   * const all = messages.fullOuterJoin(counts).mapValues(([text = "none", n = 0]) => `${text} (${n})`);
   */
  fullOuterJoin<W>(
    this: OnPairs<DStream<T>, T>,
    other: DStream<[KeyOf<T>, W]>,
    options: ShuffleOptions = {},
  ): DStream<[KeyOf<T>, [ValueOf<T> | undefined, W | undefined]]> {
    return pairs(this).#with("fullOuterJoin", other, (a, b) => a.fullOuterJoin(b, options), options);
  }

  // --- State --------------------------------------------------------------------------------------------------------

  /**
   * Keeps a state for each key over all batches. In every batch `update` is called once for every key that has state or
   * new values; what it returns is the state from then on, `undefined` removes the key. The stream has all keys with
   * their state, every batch. Only changed states are written; plain objects and lists in state are frozen.
   *
   * Needs a checkpoint directory. Name the operator, so that its state survives changes of the program.
   * @example
   * const totals = ones.updateStateByKey<number>((values, total = 0) => total + values.length, { name: "totals" });
   */
  updateStateByKey<S>(
    this: OnPairs<DStream<T>, T>,
    update: (
      values: readonly ValueOf<T>[],
      state: S | undefined,
      key: KeyOf<T>,
      time: Time,
    ) => (S & Sync<S>) | undefined,
    options: StateOptions<KeyOf<T>, S> = {},
  ): DStream<[KeyOf<T>, S]> {
    const operator = operators.updateStateByKey(
      (values, state, key, time) =>
        update(values as readonly ValueOf<T>[], state as S | undefined, key as KeyOf<T>, new Time(time)),
      options.initialState,
    );
    return pairs(this).#state(operator, options);
  }

  /**
   * The iterator form: `update` is called once a partition with all keys that have state or values, and returns the
   * pairs that are state from then on; it may drop, keep and re-key entries. A new key must belong to the same
   * partition, which with `numPartitions: 1` it always does.
   * @example
   * const totals = ones.updateStateByKeyIterator<number>(function* (entries) {
   *   for (const { key, values, state = 0 } of entries) yield [key, state + values.length];
   * });
   */
  updateStateByKeyIterator<S>(
    this: OnPairs<DStream<T>, T>,
    update: (entries: Iterable<KeyUpdate<KeyOf<T>, ValueOf<T>, S>>, time: Time) => Iterable<readonly [KeyOf<T>, S]>,
    options: StateOptions<KeyOf<T>, S> = {},
  ): DStream<[KeyOf<T>, S]> {
    const operator = operators.updateStateByKeyIterator(
      (entries: Iterable<KeyedUpdate>, time) =>
        update(entries as Iterable<KeyUpdate<KeyOf<T>, ValueOf<T>, S>>, new Time(time)),
      options.initialState,
    );
    return pairs(this).#state(operator, options);
  }

  /**
   * Keeps a state for each key over all batches and looks only at keys with records: the function of `spec` is called
   * once for every record, in the order of its key's records, and once for every key that times out. The stream has what
   * the function returned; `stateSnapshots()` has all keys with their state.
   *
   * Needs a checkpoint directory. Name the operator, so that its state survives changes of the program.
   * @example
   * const running = ones.mapWithState(
   *   StateSpec.function((word: string, one: number | undefined, state: State<number>) => {
   *     state.update((state.getOption() ?? 0) + (one ?? 0));
   *     return [word, state.get()] as [string, number];
   *   }),
   *   { name: "running" },
   * );
   */
  mapWithState<S, U>(
    this: OnPairs<DStream<T>, T>,
    spec: StateSpec<KeyOf<T>, ValueOf<T>, S, U>,
    options: OperatorOptions = {},
  ): MapWithStateDStream<KeyOf<T>, S, U> {
    const { context, node } = pairs(this);
    const anySpec = spec as unknown as StateSpec<unknown, unknown, unknown, unknown>;
    return new MapWithStateDStream(context, mapWithStateNode(context.builder, node, anySpec, options));
  }

  // --- Windows ------------------------------------------------------------------------------------------------------

  /**
   * The elements of the batches of the last `window`, oldest first; every `slide` (default: this stream's).
   * @throws {IllegalArgumentError} unless both are multiples of this stream's slide. So do all windows.
   * @example
   * const lastMinute = lines.window(minutes(1), seconds(10));
   */
  window(window: Duration, slide?: Duration, options: OperatorOptions = {}): DStream<T> {
    const times = checkWindow("window", this.node, window, slide);
    return new DStream<T>(this.context, windowNode(this.context.builder, this.node, times, options));
  }

  /**
   * All elements of a window as one by `f`, which must be associative and commutative; an empty window gives nothing.
   * With `inverse`, which takes out again what `f` put in, the result is kept and brought up to date: an empty window
   * after data gives what is left then, for example 0; this needs a checkpoint directory.
   * @example
   * const sum = numbers.reduceByWindow((a, b) => a + b, minutes(1), seconds(10), { inverse: (a, b) => a - b });
   */
  reduceByWindow(
    f: (a: T, b: T) => T,
    window: Duration,
    slide: Duration,
    options: OperatorOptions & { inverse?(aggregate: T, leaving: T): T } = {},
  ): DStream<T> {
    const { name, inverse } = options;
    return this.#oneKeyWindow(
      "reduceByWindow",
      operators.map((value) => [0, value]),
      window,
      slide,
      {
        ...(name !== undefined && { name }),
        reduce: f as AnyFunction,
        inverse: inverse as AnyFunction | undefined,
      },
    );
  }

  /**
   * The number of elements in a window. Nothing until there was an element; then one number, 0 too.
   * Needs a checkpoint directory.
   * @example
   * const perMinute = lines.countByWindow(minutes(1), seconds(10));
   */
  countByWindow(window: Duration, slide: Duration, options: OperatorOptions = {}): DStream<number> {
    return this.#oneKeyWindow(
      "countByWindow",
      operators.map(() => [0, 1]),
      window,
      slide,
      {
        ...options,
        reduce: add,
        inverse: subtract,
      },
    );
  }

  /**
   * How often each element occurs in a window. Needs a checkpoint directory.
   * @example
   * const perMinute = words.countByValueAndWindow(minutes(1), seconds(10));
   */
  countByValueAndWindow(window: Duration, slide: Duration, options: WindowShuffleOptions = {}): DStream<[T, number]> {
    return this.#keyedWindow({
      ...options,
      kind: "countByValueAndWindow",
      times: checkWindow("countByValueAndWindow", this.node, window, slide),
      toPairs: operators.map((value) => [value, 1]),
      fold: { type: "reduce", reduce: add },
      running: { reduce: add, inverse: subtract, filter: (pair) => pair[1] !== 0 },
    });
  }

  /**
   * One pair a key with values in the window, with the list of them, oldest first.
   * @example
   * const recent = messages.groupByKeyAndWindow(minutes(1), seconds(10));
   */
  groupByKeyAndWindow(
    this: OnPairs<DStream<T>, T>,
    window: Duration,
    slide?: Duration,
    options: WindowShuffleOptions = {},
  ): DStream<[KeyOf<T>, ValueOf<T>[]]> {
    const self = pairs(this);
    return self.#keyedWindow({
      ...options,
      kind: "groupByKeyAndWindow",
      times: checkWindow("groupByKeyAndWindow", self.node, window, slide),
      fold: { type: "concat" },
    });
  }

  /**
   * One pair a key with values in the window: they are reduced by `f`, which must be associative and commutative and must
   * not change its arguments. A slide costs a few calls for each key that comes, goes or is there, however long the
   * window is.
   *
   * With `inverse`, for which `inverse(f(a, b), b)` is `a`, a result is kept for each key and brought up to date, which
   * costs only what comes and goes. Keys then stay when their values are gone, with what is left (0 for a sum), unless
   * `filter` drops them. Needs a checkpoint directory; name the operator.
   * @example
   * const counts = ones.reduceByKeyAndWindow((a, b) => a + b, minutes(5), seconds(10), {
   *   inverse: (a, b) => a - b,
   *   filter: ([, n]) => n > 0,
   *   name: "counts",
   * });
   */
  reduceByKeyAndWindow(
    this: OnPairs<DStream<T>, T>,
    f: (a: ValueOf<T>, b: ValueOf<T>) => ValueOf<T>,
    window: Duration,
    slide?: Duration,
    options: WindowOptions<KeyOf<T>, ValueOf<T>> = {},
  ): DStream<[KeyOf<T>, ValueOf<T>]> {
    const self = pairs(this);
    const { inverse, filter, ...others } = options;
    const reduce = f as AnyFunction;
    const keep = filter as ((pair: readonly [unknown, unknown]) => boolean) | undefined;
    return self.#keyedWindow({
      ...others,
      kind: "reduceByKeyAndWindow",
      times: checkWindow("reduceByKeyAndWindow", self.node, window, slide),
      fold: { type: "reduce", reduce },
      ...(inverse !== undefined && { running: { reduce, inverse: inverse as AnyFunction, filter: keep } }),
      ...(inverse === undefined &&
        keep !== undefined && { fromPairs: operators.filter((pair) => keep(pair as never)) }),
    });
  }

  // --- RDDs ---------------------------------------------------------------------------------------------------------

  /**
   * What `f` makes of each batch's RDD: any RDD operation, on each batch. `f` runs when the batch is planned, on the
   * driver and again on executors, so it must be deterministic.
   * @example
   * const cleaned = words.transform((rdd, time) => rdd.filter((word) => !stopWords.has(word)).distinct());
   */
  transform<U>(f: (rdd: RDD<T>, time: Time) => RDD<U> | Promise<RDD<U>>, options: OperatorOptions = {}): DStream<U> {
    const body = (rdds: readonly AnyRdd[], time: Time) =>
      (f as (rdd: AnyRdd, t: Time) => AnyRdd)(rdds[0] as AnyRdd, time);
    return new DStream<U>(this.context, transformNode(this.context.builder, [this.node], body, options));
  }

  /**
   * What `f` makes of the RDDs of this stream and another.
   * @throws {IllegalArgumentError} when the two have different slides or contexts.
   * @example
   * const unknown = words.transformWith(lines, (rdd, known) => rdd.subtract(known));
   */
  transformWith<W, U>(
    other: DStream<W>,
    f: (rdd: RDD<T>, other: RDD<W>, time: Time) => RDD<U> | Promise<RDD<U>>,
    options: OperatorOptions = {},
  ): DStream<U> {
    this.#assertSameContext("transformWith", other);
    const g = f as (a: AnyRdd, b: AnyRdd, time: Time) => AnyRdd;
    const body = (rdds: readonly AnyRdd[], time: Time) => g(rdds[0] as AnyRdd, rdds[1] as AnyRdd, time);
    return new DStream<U>(this.context, transformNode(this.context.builder, [this.node, other.node], body, options));
  }

  // --- Output operations --------------------------------------------------------------------------------------------

  /**
   * Hands each committed batch's RDD to `body`, which runs on the driver; the actions in it run on the executors. It is
   * called for empty batches too. Executors run the body again up to the action they are asked for, so it must be
   * deterministic; put effects of its own in `context.step`.
   * @example
   * counts.foreachRDD(async (rdd, time) => {
   *   await rdd.foreachPartition(async (rows, { token }) => database.upsertOnce(token, rows));
   * });
   */
  foreachRDD(
    body: (rdd: RDD<T>, time: Time, context: BodyContext) => void | Promise<void>,
    options: OperatorOptions = {},
  ): void {
    const operation = foreachRDD((rdd, time, context) => body(rdd as unknown as RDD<T>, new Time(time), context));
    this.context.builder.addOutput("foreachRDD", options, this.node, operation);
  }

  /**
   * Prints the first `n` elements of every batch.
   * @throws {IllegalArgumentError} unless n is a whole number of at least 0.
   * @example
   * counts.print(20);
   */
  print(n = 10, options: OperatorOptions = {}): void {
    if (!Number.isInteger(n) || n < 0)
      throw new IllegalArgumentError(`print needs a whole number of elements, not ${String(n)}.`);
    this.context.builder.addOutput("print", options, this.node, print(n));
  }

  /**
   * Writes every batch as text, one line an element, to a directory `prefix-<batch time in ms>[.suffix]` with one part
   * file a partition that has elements. Each file is written exactly once.
   * @example
   * counts.map(([word, n]) => `${word}\t${n}`).saveAsTextFiles("out/counts");
   */
  saveAsTextFiles(prefix: string, suffix = "", options: SaveOptions = {}): void {
    const operation = saveAsTextFiles(prefix, suffix, options.writeEmpty ?? false);
    this.context.builder.addOutput("saveAsTextFiles", options, this.#rolledOver(options), operation);
  }

  /**
   * Writes every batch as {@link saveAsTextFiles} does, but the elements themselves, in Sluice's binary format:
   * `ssc.context.objectFile` reads them back.
   * @example
   * counts.saveAsObjectFiles("out/counts");
   */
  saveAsObjectFiles(prefix: string, suffix = "", options: SaveOptions = {}): void {
    const operation = saveAsObjectFiles(prefix, suffix, options.writeEmpty ?? false);
    this.context.builder.addOutput("saveAsObjectFiles", options, this.#rolledOver(options), operation);
  }

  /**
   * Writes every batch of pairs as {@link saveAsTextFiles} does, in a format of Hadoop's: text of key, tab and value,
   * gzip or not, or sequence files. When a batch's files are all there, an empty one named `_SUCCESS` follows.
   * @throws {IllegalArgumentError} for options that are not known or do not go together.
   * @example
   * counts.saveAsHadoopFiles("s3://lake/counts", "", { format: "sequence" });
   */
  saveAsHadoopFiles(
    this: OnPairs<DStream<T>, T>,
    prefix: string,
    suffix = "",
    options: SaveOptions & HadoopFormat = {},
  ): void {
    const self = pairs<T>(this);
    const operation = saveAsHadoopFiles(prefix, suffix, options);
    self.context.builder.addOutput("saveAsHadoopFiles", options, self.#rolledOver(options), operation);
  }

  // --- Life cycle ---------------------------------------------------------------------------------------------------

  /**
   * Keeps this stream's RDDs readable for {@link slice}: the newest, or those of the time given to `ssc.remember`. RDDs are
   * computed once a batch with or without it, so it makes nothing faster. Of a window the parent's RDDs are kept.
   * @throws {IllegalStateError} after the start.
   * @throws {IllegalArgumentError} for a level that does not exist.
   * @example
   * const kept = counts.persist("MEMORY_ONLY");
   */
  persist(level: StorageLevel = "MEMORY_ONLY_SER"): this {
    this.context.builder.persist(this.node.uid, checkStorageLevel(level));
    return this;
  }

  /**
   * `persist` at the usual level.
   * @example
   * const kept = counts.cache();
   */
  cache(): this {
    return this.persist();
  }

  /**
   * Takes back {@link persist}.
   * @throws {IllegalStateError} after the start.
   * @example
   * counts.persist().unpersist(); // keeps nothing
   */
  unpersist(): this {
    return this.persist("NONE");
  }

  /**
   * The RDDs of the batches `from <= time <= to`, oldest first, as they were computed then; both times are floored to the
   * slide. Only kept ones are there: see {@link persist} and `ssc.remember`. Everything is brought to the driver.
   * @throws {IllegalStateError} before the start, after the end, and when this stream keeps nothing.
   * @example
   * for (const { time, values } of await counts.slice(from, to)) console.log(`${time}: ${values.length} words`);
   */
  async slice(from: Time, to: Time): Promise<readonly BatchSlice<T>[]> {
    const rdds = await this.context.sliceOf(this.node, from, to);
    return rdds.map(({ time, partitions }) => ({
      time: new Time(time),
      values: partitions.flat() as T[],
      partitions: partitions as readonly (readonly T[])[],
    }));
  }

  /**
   * Spark's data checkpoint interval. State here is durable with every batch, so this changes nothing but is checked
   * and kept, for programs that come from Spark.
   * @throws {IllegalArgumentError} unless the interval is a multiple of this stream's slide.
   * @example
   * const totals = ones.reduceByKey((a, b) => a + b).checkpoint(seconds(10));
   */
  checkpoint(interval: Duration): this {
    if (interval.milliseconds <= 0 || interval.milliseconds % this.node.slide !== 0) {
      throw new IllegalArgumentError(
        `The checkpoint interval of ${this.node.uid} must be a multiple of its slide duration of ${this.node.slide} ms, not ${interval}.`,
      );
    }
    return this;
  }

  // ------------------------------------------------------------------------------------------------------------------

  /** The stream that is written: this one, or the batches of a roll-over as one partition. */
  #rolledOver({ rollOver }: SaveOptions): StreamNode {
    if (rollOver === undefined) return this.node;
    return this.window(rollOver, rollOver).#lift("rollOver", (rdd) => rdd.coalesce(1)).node;
  }

  #lift<U>(kind: string, f: (rdd: AnyRdd) => RDD<never> | AnyRdd, options?: OperatorOptions): DStream<U> {
    return new DStream<U>(
      this.context,
      liftNode(this.context.builder, kind, this.node, f as (rdd: AnyRdd) => AnyRdd, options),
    );
  }

  /** Each partition to one value, all of them to one partition, and that to one value again. */
  #toOne<U>(
    kind: string,
    perPartition: Parameters<typeof build.narrow>[3],
    perBatch: Parameters<typeof build.narrow>[3],
    options?: OperatorOptions,
  ): DStream<U> {
    return this.#lift(
      kind,
      (rdd) => {
        const partials = build.narrow(rdd.session, kind, rdd.node, perPartition);
        const together = build.repartition(rdd.session, kind, partials, 1);
        return new RddClass(build.narrow(rdd.session, kind, together, perBatch), rdd.session);
      },
      options,
    );
  }

  #with<W, U>(
    kind: string,
    other: DStream<W>,
    f: (a: RDD<[unknown, unknown]>, b: RDD<[unknown, W]>) => AnyRdd | RDD<never>,
    options: OperatorOptions,
  ): DStream<U> {
    this.#assertSameContext(kind, other);
    const { builder } = this.context;
    const both = (rdds: readonly AnyRdd[]) =>
      f(rdds[0] as RDD<[unknown, unknown]>, rdds[1] as RDD<[unknown, W]>) as AnyRdd;
    return new DStream<U>(this.context, liftAllNode(builder, kind, [this.node, other.node], both, options));
  }

  #state<U>(operator: ReturnType<typeof operators.updateStateByKey>, options: ShuffleOptions): DStream<U> {
    return new DStream<U>(this.context, updateStateByKeyNode(this.context.builder, this.node, operator, options));
  }

  #keyedWindow<U>(spec: KeyedWindow): DStream<U> {
    return new DStream<U>(this.context, keyedWindowNode(this.context.builder, this.node, spec));
  }

  /** A window of one value: all under one key. */
  #oneKeyWindow<U>(
    kind: string,
    toPairs: Parameters<typeof build.narrow>[3],
    window: Duration,
    slide: Duration,
    { reduce, inverse, ...options }: OperatorOptions & { reduce: AnyFunction; inverse: AnyFunction | undefined },
  ): DStream<U> {
    return this.#keyedWindow({
      ...options,
      kind,
      times: checkWindow(kind, this.node, window, slide),
      toPairs,
      fold: { type: "reduce", reduce },
      ...(inverse !== undefined && { running: { reduce, inverse, filter: undefined } }),
      fromPairs: operators.map((pair) => (pair as [unknown, unknown])[1]),
      numPartitions: 1,
    });
  }

  #assertSameContext(what: string, other: DStream<unknown> | { readonly context: StreamingContext }): void {
    if (other.context !== this.context)
      throw new IllegalArgumentError(`${what}: the other DStream is of another context.`);
  }
}

/** What `mapWithState` makes: the function's results, and the states behind them. */
export class MapWithStateDStream<K, S, U> extends DStream<U> {
  /**
   * All keys with their state, every batch.
   * @example
   * const running = ones.mapWithState(StateSpec.function(track));
   * running.stateSnapshots().print();
   */
  stateSnapshots(options: OperatorOptions = {}): DStream<[K, S]> {
    return new DStream<[K, S]>(this.context, stateSnapshotsNode(this.context.builder, this.node, options));
  }
}

const add = (a: unknown, b: unknown): unknown => (a as number) + (b as number);
const subtract = (a: unknown, b: unknown): unknown => (a as number) - (b as number);

function pairs<T>(self: unknown): DStream<T> {
  return self as DStream<T>;
}

function asPairs(rdd: AnyRdd): RDD<[unknown, unknown]> {
  return rdd as RDD<[unknown, unknown]>;
}
