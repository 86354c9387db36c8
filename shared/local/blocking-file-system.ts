import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { LocalFileSystem, openingFailed, toPath } from "./local-file-system.js";

/**
 * Files for a thread that has nothing else to do while it reads. Asking the operating system itself costs a fraction of four trips
 * to the thread pool, which is most of what it takes to read a small part of a file.
 */
export class BlockingFileSystem extends LocalFileSystem {
  override async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const file = openForReading(path);
    try {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, fstatSync(file).size) - start));
      let filled = 0;
      while (filled < bytes.length) {
        const read = readSync(file, bytes, filled, bytes.length - filled, start + filled);
        // The file has been cut off since its size was read.
        if (read === 0) break;
        filled += read;
      }
      return bytes.subarray(0, filled);
    } finally {
      closeSync(file);
    }
  }
}

function openForReading(path: string): number {
  try {
    return openSync(toPath(path), "r");
  } catch (error) {
    throw openingFailed(path, error);
  }
}
