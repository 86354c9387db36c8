import type { FileSystem } from "../ports/index.js";

const NEWLINE = 10;
/** How much is read at a time to find the end of the last line. */
const TAIL_BYTES = 64 * 1024;

/**
 * The lines of a file that start in bytes `[start, end)`, as text: each line of the file belongs to exactly one such
 * range. (The rule of Hadoop's text input.)
 */
export async function readLines(files: FileSystem, path: string, start: number, end: number): Promise<string> {
  // A line starts at `start` only if the byte before is a newline, so that byte is read too.
  const from = Math.max(0, start - 1);
  const parts = [await files.read(path, from, end)];
  let first = 0;
  if (start > 0) {
    first = asBuffer(parts[0]).indexOf(NEWLINE) + 1;
    if (first === 0) return "";
    if (from + first >= end) return "";
  }
  const whole = asBuffer(parts[0]);
  if (whole.length > 0 && whole[whole.length - 1] !== NEWLINE) {
    for (let at = end; ; at += TAIL_BYTES) {
      const tail = await files.read(path, at, at + TAIL_BYTES);
      const newline = asBuffer(tail).indexOf(NEWLINE);
      parts.push(newline === -1 ? tail : tail.subarray(0, newline + 1));
      if (newline !== -1 || tail.byteLength < TAIL_BYTES) break;
    }
  }
  const bytes = parts.length === 1 ? whole : Buffer.concat(parts);
  return bytes.toString("utf8", first);
}

function asBuffer(bytes: Uint8Array | undefined): Buffer {
  return bytes === undefined ? Buffer.alloc(0) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
