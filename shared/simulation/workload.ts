/** What a simulation runs: a program, what goes into it, and a model that says what must come out. */
import type { StreamingApp } from "../streaming/index.js";
import type { Draws } from "./draws.js";

/** What programs of a simulation may use beside the API: sinks that are as unreliable as everything else. */
export interface Surroundings {
  /** A sink that takes each token once. */
  send(token: string, rows: readonly unknown[]): Promise<void>;
  /** A table whose rows have a version; an older one never replaces a newer one. */
  upsert(key: string, value: unknown, version: number): Promise<void>;
  /** Never the same twice: whoever computes something again comes to something else. */
  nonce(): number;
}

/** A record as the program's inputs get it. */
export interface FedRecord {
  readonly stream: string;
  readonly key: string;
  readonly text: string;
}

export interface Workload {
  readonly name: string;
  /** What it is about, for people. */
  readonly about: string;
  /** Names of its streams. */
  readonly streams: readonly string[];
  /** The program. Versions above 1 are what it is upgraded to: another graph that fits, another number of partitions. */
  program(surroundings: Surroundings, version: number): StreamingApp;
  /**
   * The records that arrive together; they may depend on all that came before, and on which version of the program is the newest
   * that has been deployed: streams that only later versions read must have no records before.
   */
  feed(draws: Draws, counters: Counters, newest: number): readonly FedRecord[];
  /** What must come out, batch by batch. Without, only the laws that hold for all programs are checked. */
  model?(): Model;
}

/** Numbers the records of each key: 1, 2, 3, … so that loss, doubling and disorder all show. */
export class Counters {
  readonly #counts = new Map<string, number>();

  next(key: string): number {
    const n = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, n);
    return n;
  }
}

/** What a committed batch consists of. */
export interface ModelBatch {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** By stream: the texts of its records, in order within a shard. */
  readonly records: Readonly<Record<string, readonly string[]>>;
  /** True when the program failed it and it was passed over. */
  readonly failed: boolean;
  /** Of the program that made it. */
  readonly version: number;
  /** Milliseconds between batches. */
  readonly interval: number;
}

/** What there must be after a batch; what is absent is not checked. */
export interface Expected {
  /** By operator: by key, what the state says (see {@link StateValue}). */
  readonly state?: Readonly<Record<string, ReadonlyMap<string, unknown>>>;
  /** By output operation: the rows that the batch hands to it, in any order. */
  readonly rows?: Readonly<Record<string, readonly unknown[]>>;
  /** By accumulator. */
  readonly totals?: Readonly<Record<string, unknown>>;
}

export interface Model {
  after(batch: ModelBatch): Expected;
}

/**
 * State that shows how it came about: each change has a nonce of its own and names the one before. Two attempts at the same
 * change differ, and only one of them may ever be built upon.
 */
export interface StateValue {
  readonly value: unknown;
  readonly nonce: number;
  /** Nonce of the state it was made from; 0 for the first. */
  readonly from: number;
}
