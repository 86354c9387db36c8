/**
 * The lineage of RDDs: immutable nodes that say how partitions come from partitions. A batch builds its lineage anew,
 * in the same order on the driver and on every executor, so node ids agree without anything being sent.
 *
 * Only `exchange` is a wide dependency; all others are narrow, and the planner fuses what they connect.
 */
import type { Aggregator } from "./aggregator.js";
import type { DataRef } from "./data-ref.js";
import type { KeptRdd } from "./kept.js";
import type { Partitioner } from "./partitioner.js";
import type { Sink } from "./sink.js";
import type { TaskInfo } from "./task-info.js";

/** A narrow operator on one parent: given where its output goes, returns where its input comes in. */
export interface Operator {
  /** What it is called in plans: `map`, `filter`, ... */
  readonly name: string;
  attach(out: Sink, task: TaskInfo, label: string): Sink;
}

/** A narrow operator on several parents with equal partition counts: one sink for each parent. */
export interface ZipOperator {
  readonly name: string;
  attach(out: Sink, task: TaskInfo, label: string): readonly Sink[];
}

/** Where one partition's elements are read from. */
export type PartitionSource =
  /** An encoded column of values. */
  | { readonly type: "column"; readonly ref: DataRef }
  /** Records `[from, to)` of the payload of a block of so many records, decoded by the input's decoder. */
  | {
      readonly type: "records";
      readonly ref: DataRef;
      readonly records: number;
      readonly from: number;
      readonly to: number;
    }
  /** The lines of a file that start in bytes `[start, end)`; kept in memory, under its time of modification, if given. */
  | {
      readonly type: "lines";
      readonly path: string;
      readonly start: number;
      readonly end: number;
      readonly keep?: number;
    }
  /** Records of so many bytes each, in bytes `[start, end)` of a file. */
  | {
      readonly type: "bytes";
      readonly path: string;
      readonly start: number;
      readonly end: number;
      readonly recordBytes: number;
    }
  /** The elements of an object file of so many bytes; kept in memory under its time of modification. */
  | { readonly type: "objects"; readonly path: string; readonly size: number; readonly keep: number }
  /** Values that the program itself holds. */
  | { readonly type: "values"; readonly values: readonly unknown[] };

interface NodeBase {
  /** Position in its lineage; the name under which driver and executors speak of it. */
  readonly id: number;
  /** The operator's uid (and, inside `transform` and `foreachRDD`, its place there): for plans, errors and metrics. */
  readonly label: string;
  readonly numPartitions: number;
  /** Set when elements are pairs and every key is in its partition. */
  readonly partitioner: Partitioner | undefined;
}

export interface SourceNode extends NodeBase {
  readonly kind: "source";
  readonly sources: readonly PartitionSource[];
  /** Turns a record's bytes into an element; for `records` sources. `undefined`: UTF-8 text. */
  readonly decode: ((data: Uint8Array) => unknown) | undefined;
}

export interface NarrowNode extends NodeBase {
  readonly kind: "narrow";
  readonly parent: RddNode;
  readonly operator: Operator;
}

export interface UnionNode extends NodeBase {
  readonly kind: "union";
  readonly parents: readonly RddNode[];
}

export interface ZipNode extends NodeBase {
  readonly kind: "zip";
  readonly parents: readonly RddNode[];
  readonly operator: ZipOperator;
}

/** Moves elements between partitions. */
export interface ExchangeNode extends NodeBase {
  readonly kind: "exchange";
  readonly parent: RddNode;
  /**
   * `keyed`: elements are pairs and go where their key belongs, combined before they travel if there is an aggregator
   * (what arrives then are combiners). `round-robin`: elements are dealt out evenly.
   */
  readonly mode:
    | { readonly type: "keyed"; readonly partitioner: Partitioner; readonly combine: Aggregator | undefined }
    | { readonly type: "round-robin" };
}

/** Access to one partition of an operator's keyed state, as it was after the batch before. */
export interface StateAccess {
  /** All keys with state or new ones added by {@link touch}, in key-group order, oldest first within a group. */
  forEach(visit: (entry: StateEntry) => void): void;
  /** The entry of a key, made if there is none yet. */
  touch(key: unknown): StateEntry;
  /**
   * What the operator keeps in memory beside the state to find its way in it: made by `build` where the partition has
   * just been loaded, and at hand as long as it stays warm. The operator keeps it in step with what it changes.
   */
  index<T>(build: () => T): T;
  /** Removes a key that was not touched for long enough. */
  timeOut(entry: StateEntry): void;
}

/** One key of a state partition. */
export interface StateEntry {
  readonly key: unknown;
  /** The state; `undefined` when the key has none. Plain objects and arrays are deeply frozen. */
  readonly value: unknown;
  /** New values of this batch, for the operator's use while it runs. */
  pending: unknown[] | undefined;
  /** Sets the state, or removes the key with `undefined`. Writing back an equal value costs nothing. */
  update(value: unknown): void;
}

/** A stateful operator: sees one partition's input and state, emits its output, changes its state. */
export interface StateOperator {
  readonly name: string;
  /** State for the first batch, given once. */
  readonly initialState: ReadonlyArray<readonly [unknown, unknown]> | undefined;
  attach(out: Sink, state: StateAccess, task: TaskInfo, label: string): Sink;
}

/** An RDD of keyed state: partition p of it owns state partition p. Without parent there was no input RDD. */
export interface StateNode extends NodeBase {
  readonly kind: "state";
  readonly parent: RddNode | undefined;
  readonly operator: StateOperator;
  /** The stream operator's uid: the name of the state in the checkpoint. */
  readonly uid: string;
  /** Set when the state is the aggregate of a window: the batches that are in it now. */
  readonly covers: Coverage | undefined;
}

/** Batches `after < time <= upTo`, epoch milliseconds. */
export interface Coverage {
  readonly after: number;
  readonly upTo: number;
}

/** All keys with their state as a state node left it: pairs of key and what `read` makes of the stored state. */
export interface SnapshotNode extends NodeBase {
  readonly kind: "snapshot";
  readonly parent: StateNode;
  readonly read: (stored: unknown) => unknown;
}

/** How a window makes one value of a key's values, one a batch, oldest first. */
export type WindowFold =
  | { readonly type: "reduce"; readonly reduce: (a: unknown, b: unknown) => unknown }
  /** Values are lists; the result is one list. */
  | { readonly type: "concat" };

/**
 * One pair a key over the batches of a window. What each batch contributes was reduced by key before, and lies in the
 * same partition for all batches; executors that remember the window before need only what came since.
 */
export interface WindowNode extends NodeBase {
  readonly kind: "window";
  /** What this batch contributes, if anything. */
  readonly parent: RddNode | undefined;
  /** What earlier batches contribute, oldest first. */
  readonly past: readonly KeptRdd[];
  readonly covers: Coverage;
  readonly fold: WindowFold;
  /** How many batches the window can hold. */
  readonly span: number;
  /** The stream operator's uid: the name under which executors remember. */
  readonly uid: string;
}

export type RddNode =
  | SourceNode
  | NarrowNode
  | UnionNode
  | ZipNode
  | ExchangeNode
  | StateNode
  | SnapshotNode
  | WindowNode;

/** A partition of one RDD. */
export interface RddPartition {
  readonly node: RddNode;
  readonly partition: number;
}

/** All direct parents of a node. */
export function parentsOf(node: RddNode): readonly RddNode[] {
  switch (node.kind) {
    case "source":
      return [];
    case "narrow":
    case "exchange":
    case "snapshot":
      return [node.parent];
    case "state":
    case "window":
      return node.parent === undefined ? [] : [node.parent];
    case "union":
    case "zip":
      return node.parents;
  }
}

/** A parent whose partitions are computed with the node's, one with one. */
export interface NarrowDependency {
  readonly parent: RddNode;
  /** The partition of the node that the parent's first one belongs to. */
  readonly start: number;
}

/** None for sources and exchanges, where a task begins. */
export function narrowDependencies(node: RddNode): readonly NarrowDependency[] {
  switch (node.kind) {
    case "source":
    case "exchange":
      return [];
    case "union": {
      let next = 0;
      return node.parents.map((parent) => {
        const start = next;
        next += parent.numPartitions;
        return { parent, start };
      });
    }
    default:
      return parentsOf(node).map((parent) => ({ parent, start: 0 }));
  }
}

/** The parents' partitions that a partition is computed from. */
export function narrowParents(node: RddNode, partition: number): readonly RddPartition[] {
  return narrowDependencies(node).flatMap(({ parent, start }) => {
    const own = partition - start;
    return own >= 0 && own < parent.numPartitions ? [{ node: parent, partition: own }] : [];
  });
}

/** Hands out node ids; one per batch (or per `foreachRDD` body). */
export class Lineage {
  #next = 0;

  nextId(): number {
    return this.#next++;
  }
}
