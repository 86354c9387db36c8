import { isAscii } from "node:buffer";
import type { FileSystem } from "../ports/index.js";

const NEWLINE = 10;
/** How much is read beyond the range at once: the end of its last line is nearly always there. */
const AHEAD_BYTES = 4 * 1024;
/** How much is read at a time to find the end of the last line. */
const TAIL_BYTES = 64 * 1024;

/**
 * The lines of a file that start in bytes `[start, end)`, as text: each line of the file belongs to exactly one such
 * range. (The rule of Hadoop's text input.)
 */
export async function readLines(files: FileSystem, path: string, start: number, end: number): Promise<string> {
  if (end <= start) return "";
  // A line starts at `start` only if the byte before is a newline, so that byte is read too.
  const from = Math.max(0, start - 1);
  const ahead = end + AHEAD_BYTES;
  const head = asBuffer(await files.read(path, from, ahead));
  let first = 0;
  if (start > 0) {
    first = head.indexOf(NEWLINE) + 1;
    if (first === 0 || from + first >= end) return "";
  }
  const last = head.indexOf(NEWLINE, end - 1 - from);
  if (last !== -1) return textOf(head.subarray(first, last + 1));
  const parts = [head.subarray(first)];
  for (let at = ahead, full = from + head.length === ahead; full; at += TAIL_BYTES) {
    const tail = asBuffer(await files.read(path, at, at + TAIL_BYTES));
    const newline = tail.indexOf(NEWLINE);
    parts.push(newline === -1 ? tail : tail.subarray(0, newline + 1));
    full = newline === -1 && tail.length === TAIL_BYTES;
  }
  return textOf(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
}

/** Checking whether all is ASCII costs less than what Latin-1 saves. */
function textOf(bytes: Buffer): string {
  return bytes.toString(isAscii(bytes) ? "latin1" : "utf8");
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
