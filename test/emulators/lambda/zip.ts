import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { inflateRawSync } from "node:zlib";
import { invalid } from "./lambda-error.js";

const END = 0x06054b50;
const ENTRY = 0x02014b50;

/** Writes the files of a zip archive, stored or deflated, below a directory. */
export function unzipInto(directory: string, zip: Buffer): void {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.readUInt32LE(end) !== END) {
    throw invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== ENTRY) throw invalid("Could not unzip uploaded file.");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    if (!name.endsWith("/")) write(directory, name, contentOf(zip, at));
    at += 46 + nameLength + extraLength + commentLength;
  }
}

function contentOf(zip: Buffer, entry: number): Buffer {
  const header = zip.readUInt32LE(entry + 42);
  // The lengths of the local header may differ from those of the directory.
  const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
  return zip.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed);
}

function write(directory: string, name: string, content: Buffer): void {
  const path = join(directory, name);
  if (relative(directory, path).startsWith("..")) throw invalid(`The archive reaches out of its directory: ${name}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
