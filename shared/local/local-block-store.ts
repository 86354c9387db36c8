import { CorruptDataError } from "../errors/index.js";
import type { BlockStore, CreateOutcome } from "../ports/index.js";
import { compareUtf8 } from "../rules/index.js";
import type { BatchWrites, BlockWrite } from "./batch-writes.js";
import { keysWithPrefix, type LocalDatabase, readBytes, toKey } from "./database.js";
import type { LargeBlocks } from "./large-blocks.js";

/** Blocks with more bytes than this go to files: a page of the database would be copied with each of them. */
export const LARGE_BLOCK_BYTES = 256 * 1024;

/**
 * Blocks in the embedded database. A write is seen at once and becomes durable with the next update of the table.
 * Names with a volatile segment, such as `sh` for shuffles, live in memory only: a batch that did not commit is run again
 * from its blocks, so nobody misses them.
 */
export class LocalBlockStore implements BlockStore {
  private readonly volatile = new Map<string, Uint8Array>();
  private readonly volatileSegments: ReadonlySet<string>;

  constructor(
    private readonly database: LocalDatabase,
    private readonly writes: BatchWrites,
    private readonly files: LargeBlocks,
    volatileSegments: readonly string[],
  ) {
    this.volatileSegments = new Set(volatileSegments);
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.inMemory(name) ?? (await this.fromDatabase(name, 0, Number.POSITIVE_INFINITY));
  }

  async getRange(name: string, start: number, end: number): Promise<Uint8Array | undefined> {
    const bytes = this.inMemory(name);
    if (bytes === undefined) return this.fromDatabase(name, start, end);
    return bytes.subarray(start, Math.max(start, end));
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.write(name, bytes);
  }

  async putIfAbsent(name: string, bytes: Uint8Array): Promise<CreateOutcome> {
    if (this.exists(name)) return "exists";
    this.write(name, bytes);
    return "created";
  }

  async delete(names: readonly string[]): Promise<void> {
    for (const name of names) {
      if (this.isVolatile(name)) {
        this.volatile.delete(name);
        continue;
      }
      this.gather(name, undefined);
    }
  }

  async list(prefix: string): Promise<readonly string[]> {
    const names = new Set([
      ...keysWithPrefix(this.database.blocks, prefix),
      ...keysWithPrefix(this.database.largeBlocks, prefix),
      ...[...this.volatile.keys()].filter((name) => name.startsWith(prefix)),
    ]);
    for (const [name, block] of this.writes.blocks.withPrefix(prefix)) {
      if (block === undefined) names.delete(name);
      else names.add(name);
    }
    return [...names].sort(compareUtf8);
  }

  private write(name: string, bytes: Uint8Array): void {
    if (this.isVolatile(name)) {
      this.volatile.set(name, bytes);
      return;
    }
    toKey(name);
    const file = bytes.length > LARGE_BLOCK_BYTES ? this.files.begin(bytes) : undefined;
    this.gather(name, { bytes, file });
  }

  private gather(name: string, write: BlockWrite | undefined): void {
    const file = this.writes.blocks.find(name)?.value?.file;
    this.writes.blocks.set(name, write, this.writes.ticket());
    if (file !== undefined) this.files.discard([file]);
  }

  private exists(name: string): boolean {
    if (this.isVolatile(name)) return this.volatile.has(name);
    const gathered = this.writes.blocks.find(name);
    if (gathered !== undefined) return gathered.value !== undefined;
    const key = toKey(name);
    return this.database.blocks.doesExist(key) || this.database.largeBlocks.doesExist(key);
  }

  private isVolatile(name: string): boolean {
    return name.split("/").some((segment) => this.volatileSegments.has(segment));
  }

  private inMemory(name: string): Uint8Array | undefined {
    return this.volatile.get(name) ?? this.writes.blocks.find(name)?.value?.bytes;
  }

  private async fromDatabase(name: string, start: number, end: number): Promise<Uint8Array | undefined> {
    // Gathered without bytes: deleted, though the database still has it.
    if (this.writes.blocks.find(name) !== undefined) return undefined;
    const key = toKey(name);
    const bytes = readBytes(this.database.blocks, key);
    if (bytes !== undefined)
      return start === 0 && end >= bytes.length ? bytes : bytes.slice(start, Math.max(start, end));
    const pointer = readBytes(this.database.largeBlocks, key);
    if (pointer === undefined) return undefined;
    const found = await this.files.read(Buffer.from(pointer).toString("latin1"), start, end);
    if (found !== undefined || !this.exists(name)) return found;
    throw new CorruptDataError(`The file of block ${name} is missing from the checkpoint directory.`, { name });
  }
}
