/** Storage in memory that tells the laws what happens to it. */
import { headKey } from "../checkpoint/index.js";
import type { Clock, Condition, CreateOutcome, Item, ItemKey, PutOutcome, UpdateOutcome } from "../ports/index.js";
import { must } from "./law.js";
import { MemoryBlockStore } from "./memory-block-store.js";
import { MemoryFileSystem } from "./memory-file-system.js";
import { MemoryTable } from "./memory-table.js";

/** Who is told. What it throws is a verdict, not the storage's failure. */
export interface Witness {
  headMoved(before: Item | undefined, after: Item): Promise<void>;
  deleted(names: readonly string[]): void;
  fileWritten(path: string, bytes: Uint8Array, existing: Uint8Array | undefined): void;
  violated(error: unknown): void;
}

/** I3 is the block store's own law: it refuses other bytes under a name that exists. */
export class WatchedBlockStore extends MemoryBlockStore {
  /** Of the objects that are there. */
  readonly names = new Set<string>();
  readonly #witness: Witness;

  constructor(witness: Witness) {
    super();
    this.#witness = witness;
  }

  override async put(name: string, bytes: Uint8Array): Promise<void> {
    const existing = await this.get(name);
    this.#judge(() =>
      must(existing === undefined || Buffer.compare(existing, bytes) === 0, "I3", () => `${name} was written again`),
    );
    await super.put(name, bytes);
    this.names.add(name);
  }

  override async putIfAbsent(name: string, bytes: Uint8Array): Promise<CreateOutcome> {
    this.names.add(name);
    return super.putIfAbsent(name, bytes);
  }

  override async delete(names: readonly string[]): Promise<void> {
    for (const name of names) this.names.delete(name);
    this.#judge(() => this.#witness.deleted(names));
    return super.delete(names);
  }

  #judge(law: () => void): void {
    try {
      law();
    } catch (error) {
      this.#witness.violated(error);
    }
  }
}

export class WatchedTable extends MemoryTable {
  /** Of the items that are there, `item:` before them. */
  readonly names = new Set<string>();
  readonly #witness: Witness;
  readonly #job: string;

  constructor(witness: Witness, job: string) {
    super();
    this.#witness = witness;
    this.#job = job;
  }

  override async putIfAbsent(key: ItemKey, item: Item): Promise<PutOutcome> {
    this.names.add(`item:${key.sort}`);
    return super.putIfAbsent(key, item);
  }

  override async update(key: ItemKey, set: Item, when: Condition): Promise<UpdateOutcome> {
    const before = await this.get(key);
    const outcome = await super.update(key, set, when);
    if (!outcome.updated) return outcome;
    try {
      must(key.sort === headKey(this.#job).sort, "I3", () => `item ${key.sort} was changed, and only the head may be`);
      await this.#witness.headMoved(before, outcome.item);
    } catch (error) {
      this.#witness.violated(error);
    }
    return outcome;
  }

  override async delete(keys: readonly ItemKey[]): Promise<void> {
    const names = keys.map(({ sort }) => `item:${sort}`);
    for (const name of names) this.names.delete(name);
    try {
      this.#witness.deleted(names);
    } catch (error) {
      this.#witness.violated(error);
    }
    return super.delete(keys);
  }
}

export class WatchedFileSystem extends MemoryFileSystem {
  readonly contents = new Map<string, Uint8Array>();
  readonly #witness: Witness;

  constructor(clock: Clock, witness: Witness) {
    super(clock);
    this.#witness = witness;
  }

  override async putIfAbsent(path: string, bytes: Uint8Array): Promise<CreateOutcome> {
    try {
      this.#witness.fileWritten(path, bytes, this.contents.get(path));
    } catch (error) {
      this.#witness.violated(error);
    }
    if (!this.contents.has(path)) this.contents.set(path, Uint8Array.from(bytes));
    return super.putIfAbsent(path, bytes);
  }
}
