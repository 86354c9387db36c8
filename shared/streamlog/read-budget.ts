import { IllegalArgumentError } from "../errors/index.js";
import { MAX_BYTES_PER_READ, MAX_RECORDS_PER_READ } from "./limits.js";

/** How many records, and whether these bytes still, fit one reply. @throws {IllegalArgumentError} for a bad limit. */
export class ReadBudget {
  private records: number;
  private bytes = MAX_BYTES_PER_READ;

  constructor(limit: number) {
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_RECORDS_PER_READ) {
      throw new IllegalArgumentError(`A read takes 1 to ${MAX_RECORDS_PER_READ} records, not ${limit}.`, { limit });
    }
    this.records = limit;
  }

  /** Takes a record of this size if it fits. The first one always does. */
  take(bytes: number): boolean {
    if (this.records === 0 || (bytes > this.bytes && this.bytes < MAX_BYTES_PER_READ)) return false;
    this.records -= 1;
    this.bytes -= bytes;
    return true;
  }
}
