import { ValueTooLargeError } from "../errors/index.js";
import { MAX_DATA_BYTES } from "./limits.js";

export interface EncodedItems {
  readonly records: readonly Uint8Array[];
  /** Why items are missing among the records, one each. */
  readonly failures: readonly unknown[];
}

/** The data of the records that items become. An item that cannot become one does not keep the others back. */
export function encodeItems(items: readonly unknown[], encodeItem: (item: unknown) => Uint8Array): EncodedItems {
  const records: Uint8Array[] = [];
  const failures: unknown[] = [];
  for (const item of items) {
    try {
      records.push(assertFits(encodeItem(item)));
    } catch (error) {
      failures.push(error);
    }
  }
  return { records, failures };
}

/** @throws {ValueTooLargeError} */
function assertFits(data: Uint8Array): Uint8Array {
  if (data.byteLength <= MAX_DATA_BYTES) return data;
  throw new ValueTooLargeError(
    `A record of ${data.byteLength} bytes is too large: a stream takes records of at most ${MAX_DATA_BYTES} bytes. Store it in parts, or store where it lies.`,
    { bytes: data.byteLength, limit: MAX_DATA_BYTES },
  );
}
