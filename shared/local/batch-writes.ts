import type { Item } from "../ports/index.js";
import { type LocalDatabase, readBytes, toKey, transact, writeBytes } from "./database.js";
import { GatheredWrites } from "./gathered-writes.js";
import { decodeItem, encodeItem } from "./item-codec.js";
import type { LargeBlocks } from "./large-blocks.js";

/** A block that waits to become durable; a large one has its bytes in a file already, or soon. */
export interface BlockWrite {
  readonly bytes: Uint8Array;
  readonly file: string | undefined;
}

/** A conditional change of one item. */
export interface ItemChange {
  readonly key: string;
  /** The new item; `undefined` when the condition does not hold. */
  apply(existing: Item | undefined): Item | undefined;
}

/**
 * Everything written since the last commit. Invariants:
 *
 * 1. What was written before a commit was asked for becomes durable in that commit's one transaction, or not at all.
 * 2. What was written later stays out of it, because its large files may still be on their way.
 * 3. A commit whose condition does not hold changes nothing; the writes go on waiting.
 */
export class BatchWrites {
  readonly blocks = new GatheredWrites<BlockWrite>();
  readonly items = new GatheredWrites<Uint8Array>();
  private lastTicket = 0;

  constructor(
    private readonly database: LocalDatabase,
    private readonly files: LargeBlocks,
  ) {}

  /** The place of a new write in the order of all. */
  ticket(): number {
    this.lastTicket += 1;
    return this.lastTicket;
  }

  /** The item under a key, as the last write left it. */
  readItem(key: string): Item | undefined {
    const gathered = this.items.find(key);
    const bytes = gathered === undefined ? readBytes(this.database.items, toKey(key)) : gathered.value;
    return bytes && decodeItem(bytes);
  }

  /**
   * Makes the writes so far durable in one transaction, together with a change of one item, and unless that refuses.
   * Synchronous but for large files that are on their way. True when it was done.
   */
  async commit(change?: ItemChange): Promise<boolean> {
    const upTo = this.lastTicket;
    if (this.files.busy) await this.files.complete();
    const replaced: string[] = [];
    const done = transact(this.database, () => {
      const item = change?.apply(this.readItem(change.key));
      if (change !== undefined && item === undefined) return false;
      for (const [name, block] of this.blocks.upTo(upTo)) replaced.push(...this.storeBlock(name, block));
      for (const [key, bytes] of this.items.upTo(upTo)) this.storeItem(key, bytes);
      if (change !== undefined && item !== undefined) this.storeItem(change.key, encodeItem(item));
      return true;
    });
    if (!done) return false;
    this.blocks.forgetUpTo(upTo);
    this.items.forgetUpTo(upTo);
    // A write of this item that came while large files were on their way is part of what has been stored.
    if (change !== undefined) this.items.forget(change.key);
    this.files.discard(replaced);
    return true;
  }

  /** Returns the file that no longer counts, if there was one. */
  private storeBlock(name: string, block: BlockWrite | undefined): readonly string[] {
    const { blocks, largeBlocks } = this.database;
    const key = toKey(name);
    const previous = readBytes(largeBlocks, key);
    if (block?.file !== undefined) writeBytes(largeBlocks, key, Buffer.from(block.file, "latin1"));
    else if (previous !== undefined) void largeBlocks.remove(key);
    if (block !== undefined && block.file === undefined) writeBytes(blocks, key, block.bytes);
    else void blocks.remove(key);
    return previous === undefined ? [] : [Buffer.from(previous).toString("latin1")];
  }

  private storeItem(key: string, bytes: Uint8Array | undefined): void {
    if (bytes === undefined) void this.database.items.remove(toKey(key));
    else writeBytes(this.database.items, toKey(key), bytes);
  }
}
