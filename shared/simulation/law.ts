/** Laws: what must be true at every moment of every run. One file each in `laws/`. */
import type { Head, Manifest } from "../checkpoint/index.js";
import type { StreamRecord } from "../ports/index.js";
import type { Expected } from "./workload.js";

export type Invariant = "I1" | "I2" | "I3" | "I4" | "I5" | "I6" | "I7" | "I8" | "I9" | "I10" | "I11" | "I12";

/** A law was broken. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly invariant: Invariant;

  constructor(invariant: Invariant, message: string) {
    super(`${invariant}: ${message}`);
    this.invariant = invariant;
  }
}

/** @throws {Violation} unless it is so. */
export function must(so: boolean, invariant: Invariant, message: () => string): asserts so {
  if (!so) throw new Violation(invariant, message());
}

/** The block of one shard. */
export interface ReadShard {
  readonly input: string;
  readonly stream: string;
  readonly shard: string;
  readonly block: string;
  readonly records: readonly string[];
}

/** All that a commit has made true. */
export interface CommittedBatch {
  readonly manifest: Manifest;
  readonly head: Head;
  /** The head that it replaced. */
  readonly before: Head;
  readonly previous: Manifest | undefined;
  readonly read: readonly ReadShard[];
  /** By operator: keys and values. */
  readonly state: Readonly<Record<string, readonly (readonly [unknown, unknown])[]>>;
  /** By output operation: what each partition holds; lines for files, rows for all others. */
  readonly outputs: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  /** Every name that the manifest needs. */
  readonly names: ReadonlySet<string>;
  /** Those of them that are not there. */
  readonly missing: readonly string[];
  readonly expected: Expected;
}

/** The stream as it really is. */
export interface StreamFacts {
  readonly parents: ReadonlyMap<string, readonly string[]>;
  readonly closed: ReadonlySet<string>;
  log(shard: string): readonly StreamRecord[];
}

/** How a run ended. */
export interface RunEnd {
  /** All records that were fed are in committed batches, and these batches' outputs are done. */
  readonly complete: boolean;
  readonly unread: number;
  readonly head: Head | undefined;
  /** Names in blocks and table. */
  readonly names: readonly string[];
  readonly faults: number;
  readonly printed: readonly string[];
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Objects and items that are there, by name. */
}

/** Is told what happens; throws {@link Violation} when it must not. */
export interface Law {
  /** The head has been changed in any way. */
  headMoved?(before: Head | undefined, after: Head): void;
  committed?(batch: CommittedBatch): void;
  /** Names of objects, and of items with `item:` before them. */
  deleted?(names: readonly string[]): void;
  /** Rows have arrived at the sink. */
  sent?(token: string, rows: readonly unknown[]): void;
  upserted?(key: string, value: unknown, version: number): void;
  /** A file of the program's was written, or was to be written again. */
  fileWritten?(path: string, bytes: Uint8Array, existing: Uint8Array | undefined): void;
  printed?(text: string): void;
  ended?(end: RunEnd): void;
}
