import { IllegalArgumentError, ValueTooLargeError } from "../errors/index.js";
import type { PutEntry } from "../ports/index.js";
import { MAX_PARTITION_KEY_LENGTH, MAX_RECORD_BYTES } from "./limits.js";

/** @throws {IllegalArgumentError} for an impossible partition key. @throws {ValueTooLargeError} */
export function checkEntries(stream: string, entries: readonly PutEntry[]): void {
  for (const { partitionKey, data } of entries) {
    if (partitionKey.length === 0 || partitionKey.length > MAX_PARTITION_KEY_LENGTH) {
      throw new IllegalArgumentError(
        `A partition key has 1 to ${MAX_PARTITION_KEY_LENGTH} characters, not ${partitionKey.length} (stream ${stream}).`,
        { stream, length: partitionKey.length },
      );
    }
    if (data.length > MAX_RECORD_BYTES) {
      throw new ValueTooLargeError(
        `A record of ${data.length} bytes is more than the ${MAX_RECORD_BYTES} bytes that stream ${stream} can hold.`,
        { stream, bytes: data.length },
      );
    }
  }
}
