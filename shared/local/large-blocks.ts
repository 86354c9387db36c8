import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, unlinkSync } from "node:fs";
import { open, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Durability } from "./durability.js";
import { isCode, syncDirectory } from "./files.js";
import { readFully } from "./read-fully.js";

interface PendingFile {
  readonly bytes: Uint8Array;
  /** Resolves to what went wrong, if anything. */
  done: Promise<unknown>;
}

/**
 * The files of blocks that are too large for the database. A file is written as soon as its block is put and counts only
 * once a transaction has stored its name; so a file without such a name, left behind by a crash, is garbage.
 */
export class LargeBlocks {
  private readonly directory: string;
  private readonly pending = new Map<string, PendingFile>();
  private readonly removals = new Set<Promise<void>>();

  constructor(
    parent: string,
    private readonly durability: Durability,
  ) {
    this.directory = join(parent, "objects");
    mkdirSync(this.directory, { recursive: true });
  }

  /** Begins to write a file; returns its name. */
  begin(bytes: Uint8Array): string {
    const file = randomUUID();
    this.pending.set(file, { bytes, done: this.write(file, bytes) });
    return file;
  }

  /** True when some file is not known to be complete. */
  get busy(): boolean {
    return this.pending.size > 0;
  }

  /** Resolves when all files begun so far are complete. One that fails is tried again at the next call. */
  async complete(): Promise<void> {
    for (const [file, entry] of [...this.pending]) {
      const error = await entry.done;
      if (error !== undefined) {
        entry.done = this.write(file, entry.bytes);
        throw error;
      }
      this.pending.delete(file);
    }
  }

  /** Bytes `[start, end)` of a file, `undefined` when it is gone. */
  async read(file: string, start: number, end: number): Promise<Uint8Array | undefined> {
    try {
      const handle = await open(join(this.directory, file), "r");
      try {
        return await readFully(handle, start, end);
      } finally {
        await handle.close();
      }
    } catch (error) {
      if (isCode(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  /** Begins to remove files that no name leads to. What cannot be removed is swept when the store is opened again. */
  discard(files: readonly string[]): void {
    for (const file of files) {
      const removal = this.remove(file).finally(() => this.removals.delete(removal));
      this.removals.add(removal);
    }
  }

  /** Resolves when nothing is being removed any more. */
  async settled(): Promise<void> {
    await Promise.all(this.removals);
  }

  /** Removes every file but these. */
  sweep(live: ReadonlySet<string>): void {
    for (const file of readdirSync(this.directory)) if (!live.has(file)) unlinkSync(join(this.directory, file));
  }

  private async remove(file: string): Promise<void> {
    await this.pending.get(file)?.done;
    this.pending.delete(file);
    await unlink(join(this.directory, file)).catch(() => undefined);
  }

  private async write(file: string, bytes: Uint8Array): Promise<unknown> {
    try {
      const handle = await open(join(this.directory, file), "w");
      try {
        await handle.writeFile(bytes);
        if (this.durability === "disk") await handle.sync();
      } finally {
        await handle.close();
      }
      if (this.durability === "disk") await syncDirectory(this.directory);
      return undefined;
    } catch (error) {
      return error;
    }
  }
}
