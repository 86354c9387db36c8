import type { PutEntry } from "../ports/index.js";
import { MAX_BYTES_PER_PUT, MAX_RECORDS_PER_PUT } from "../sources/index.js";

/** Cuts the entries into requests that Kinesis takes, in their order. An entry above the limit gets a request of its own. */
export function* putRequests(entries: readonly PutEntry[]): Generator<readonly PutEntry[]> {
  let start = 0;
  let bytes = 0;
  for (const [index, { partitionKey, data }] of entries.entries()) {
    const size = data.byteLength + Buffer.byteLength(partitionKey);
    const full = index - start === MAX_RECORDS_PER_PUT || bytes + size > MAX_BYTES_PER_PUT;
    if (full && index > start) {
      yield entries.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < entries.length) yield entries.slice(start);
}
