/** Static data in the memory of an executor: files that are read once and used by every batch. */
import type { FileSystem } from "../ports/index.js";
import type { PartitionSource } from "../rdd/index.js";

/** A part of a file that an RDD partition is read from. */
export type FilePart = Extract<PartitionSource, { readonly type: "lines" | "objects" }>;

/** Bytes of files, as they are on disk, that are kept at most; the files that were used longest ago make room. */
const MAX_KEPT_BYTES = 256 * 1024 * 1024;

interface Kept {
  readonly elements: Promise<readonly unknown[]>;
  readonly bytes: number;
}

class KeptFiles {
  readonly #parts = new Map<string, Kept>();
  #bytes = 0;

  /** The elements of a part, read only if they are not there, and once for all who ask at the same time. */
  get(part: FilePart, read: () => Promise<readonly unknown[]>): Promise<readonly unknown[]> {
    const key = keyOf(part);
    const kept = this.#parts.get(key);
    if (kept === undefined) return this.#keep(key, part, read());
    // Put behind all others: the map's order is that of use.
    this.#parts.delete(key);
    this.#parts.set(key, kept);
    return kept.elements;
  }

  #keep(key: string, part: FilePart, elements: Promise<readonly unknown[]>): Promise<readonly unknown[]> {
    const kept = { elements, bytes: part.type === "lines" ? part.end - part.start : part.size };
    this.#parts.set(key, kept);
    this.#bytes += kept.bytes;
    elements.catch(() => this.#drop(key, kept));
    for (const [oldest, candidate] of this.#parts) {
      if (this.#bytes <= MAX_KEPT_BYTES) break;
      this.#drop(oldest, candidate);
    }
    return elements;
  }

  #drop(key: string, kept: Kept): void {
    if (this.#parts.get(key) !== kept) return;
    this.#parts.delete(key);
    this.#bytes -= kept.bytes;
  }
}

/** A file that was changed has another time of modification, and so another key. */
function keyOf(part: FilePart): string {
  return JSON.stringify(part);
}

const byFileSystem = new WeakMap<FileSystem, KeptFiles>();

/** What is kept of a file system's files in this process. */
export function keptFiles(files: FileSystem): KeptFiles {
  let kept = byFileSystem.get(files);
  if (kept === undefined) {
    kept = new KeptFiles();
    byFileSystem.set(files, kept);
  }
  return kept;
}
