import { IllegalArgumentError, IllegalStateError } from "../errors/index.js";
import { type Accumulator, type Broadcast, checkPartitions } from "../rdd/index.js";
import type { OutputNode, StaticSource, StreamGraph, StreamNode } from "./graph.js";
import type { OutputOperation } from "./outputs/index.js";
import { RetainedStreams } from "./retained.js";
import type { StorageLevel } from "./storage-level.js";

/** Options of any operator. */
export interface OperatorOptions {
  /** The operator's uid: what its state, outputs and metrics are kept under. Default: its kind and ordinal. */
  readonly name?: string;
}

const UID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** Collects nodes and output operations in definition order and gives them their uids. */
export class GraphBuilder {
  readonly #appName: string;
  readonly #batchDuration: number;
  readonly #nodes: StreamNode[] = [];
  readonly #outputs: OutputNode[] = [];
  readonly #statics: StaticSource[] = [];
  readonly #broadcasts: Broadcast<unknown>[] = [];
  readonly #accumulators: Accumulator<unknown, unknown>[] = [];
  readonly #retained = new RetainedStreams();
  readonly #ordinals = new Map<string, number>();
  readonly #uids = new Set<string>();
  #closed: string | undefined;

  constructor(appName: string, batchDuration: number) {
    this.#appName = appName;
    this.#batchDuration = batchDuration;
  }

  /** Adds a node. @throws {IllegalArgumentError} for options that cannot work: now, and not with the first batch. */
  add(
    kind: string,
    options: OperatorOptions & { readonly numPartitions?: number | undefined },
    make: (id: number, uid: string) => Omit<StreamNode, "id" | "kind" | "uid">,
  ): StreamNode {
    this.#assertOpen(kind);
    if (options.numPartitions !== undefined) checkPartitions(options.numPartitions);
    const id = this.#nodes.length;
    const uid = this.#uid(kind, options.name);
    const node: StreamNode = Object.freeze({ id, kind, uid, ...make(id, uid) });
    this.#nodes.push(node);
    return node;
  }

  addOutput(kind: string, options: OperatorOptions, parent: StreamNode, operation: OutputOperation): void {
    this.#assertOpen(kind);
    const output = { id: this.#outputs.length, kind, uid: this.#uid(kind, options.name), parent, operation };
    this.#outputs.push(Object.freeze(output));
  }

  /** Adds static data that is read from files; returns its name. */
  addStatic(kind: string, options: OperatorOptions, source: Omit<StaticSource, "name">): string {
    this.#assertOpen(kind);
    const name = this.#uid(kind, options.name);
    this.#statics.push(Object.freeze({ name, ...source }));
    return name;
  }

  addBroadcast(broadcast: Broadcast<unknown>): void {
    this.#assertOpen("a broadcast variable");
    this.#uid("broadcast", broadcast.name);
    this.#broadcasts.push(broadcast);
  }

  addAccumulator(accumulator: Accumulator<unknown, unknown>): void {
    this.#assertOpen("an accumulator");
    this.#uid("accumulator", accumulator.name);
    this.#accumulators.push(accumulator);
  }

  /** Keeps the RDDs of all streams for so many milliseconds. @throws {IllegalArgumentError} the second time. */
  remember(millis: number): void {
    this.#assertOpen("remember()");
    this.#retained.remember(millis);
  }

  /** Keeps the RDDs of one stream. */
  persist(uid: string, level: StorageLevel): void {
    this.#assertOpen("persist()");
    this.#retained.persist(uid, level);
  }

  /** From here on nothing can be added, because the context is `reason` (starting, stopping). */
  close(reason: string): void {
    this.#closed = reason;
  }

  /** The graph as it is now; what is added later is not in it. */
  get graph(): StreamGraph {
    return {
      appName: this.#appName,
      batchDuration: this.#batchDuration,
      nodes: [...this.#nodes],
      outputs: [...this.#outputs],
      statics: [...this.#statics],
      broadcasts: [...this.#broadcasts],
      accumulators: [...this.#accumulators],
      retained: this.#retained,
    };
  }

  #assertOpen(kind: string): void {
    if (this.#closed === undefined) return;
    throw new IllegalStateError(
      `Adding ${kind} after ${this.#closed} a context is not possible: inputs, transformations and output operations are added before start().`,
    );
  }

  #uid(kind: string, name: string | undefined): string {
    const ordinal = this.#ordinals.get(kind) ?? 0;
    this.#ordinals.set(kind, ordinal + 1);
    const uid = name ?? `${kind}-${ordinal}`;
    if (!UID.test(uid)) {
      throw new IllegalArgumentError(
        `"${uid}" cannot name an operator: use letters, digits, ".", "-" and "_", at most 100, beginning with a letter or digit.`,
      );
    }
    if (this.#uids.has(uid)) throw new IllegalArgumentError(`Two operators are named "${uid}": names must be unique.`);
    this.#uids.add(uid);
    return uid;
  }
}
