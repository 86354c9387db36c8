/** The checksums that S3 verifies and keeps. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
import { createHash } from "node:crypto";

type Digest = (bytes: Uint8Array) => Buffer;

const digests: Readonly<Record<string, Digest>> = {
  crc32: reflected32(0xedb88320),
  crc32c: reflected32(0x82f63b78),
  crc64nvme: reflected64(0x9a6c9329ac4bc9b5n),
  sha1: (bytes) => createHash("sha1").update(bytes).digest(),
  sha256: (bytes) => createHash("sha256").update(bytes).digest(),
};

/** Names of headers and trailers: `x-amz-checksum-crc32`, ... */
export const CHECKSUM_HEADERS: readonly string[] = Object.keys(digests).map((name) => `x-amz-checksum-${name}`);

/** Base64 of the checksum that the header names. */
export function checksum(header: string, bytes: Uint8Array): string {
  const digest = digests[header.slice("x-amz-checksum-".length)];
  if (digest === undefined) throw new Error(`No checksum ${header}`);
  return digest(bytes).toString("base64");
}

function reflected32(polynomial: number): Digest {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    return value;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
    const out = Buffer.alloc(4);
    out.writeUInt32BE(~crc >>> 0);
    return out;
  };
}

/** In two halves: big integers would take a second for a few megabytes. */
function reflected64(polynomial: bigint): Digest {
  const high = new Uint32Array(256);
  const low = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    high[byte] = Number(value >> 32n);
    low[byte] = Number(value & 0xffffffffn);
  }
  return (bytes) => {
    let top = 0xffffffff;
    let bottom = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) {
      const at = (bottom ^ (bytes[i] ?? 0)) & 0xff;
      bottom = ((bottom >>> 8) | (top << 24)) ^ (low[at] ?? 0);
      top = (top >>> 8) ^ (high[at] ?? 0);
    }
    const out = Buffer.alloc(8);
    out.writeUInt32BE(~top >>> 0, 0);
    out.writeUInt32BE(~bottom >>> 0, 4);
    return out;
  };
}
