/** Objects that are always read whole are stored compressed; a note in their metadata says so. */
import { promisify } from "node:util";
import { constants, gunzip, gzip } from "node:zlib";
import { CorruptDataError } from "../errors/index.js";

const zip = promisify(gzip);
const unzip = promisify(gunzip);

/** A note of ours and not `Content-Encoding`: proxies and browsers act upon that on their own. */
const ENCODING = "sluice-encoding";

/** Below this share of the size it is worth the work of unpacking. */
const WORTHWHILE = 0.9;

export interface Packed {
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Compressed where that pays. Fast rather than small: the network is not so slow that more would pay. */
export async function pack(bytes: Uint8Array): Promise<Packed> {
  const packed = await zip(bytes, { level: constants.Z_BEST_SPEED });
  if (packed.length > bytes.length * WORTHWHILE) return { bytes, metadata: {} };
  return { bytes: packed, metadata: { [ENCODING]: "gzip" } };
}

/** True when the bytes of an object with this metadata are to be unpacked. */
export function isPacked(metadata: Packed["metadata"]): boolean {
  return metadata[ENCODING] !== undefined;
}

/** What was packed. @throws {CorruptDataError} */
export async function unpack({ bytes, metadata }: Packed, name: string): Promise<Uint8Array> {
  if (!isPacked(metadata)) return bytes;
  try {
    return await unzip(bytes);
  } catch (error) {
    throw new CorruptDataError(`Object ${name} cannot be unpacked: ${(error as Error).message}`, { name }, error);
  }
}
