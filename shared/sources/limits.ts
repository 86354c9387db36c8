/** Limits of Kinesis Data Streams for whoever puts records. Kept locally too, so that a program meets them before it is deployed. */

/** Most records in one call. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
export const MAX_RECORDS_PER_PUT = 500;

/** Most bytes in one call, data and partition keys. Since October 2025 it is 10 MiB; half of it is right everywhere. Same source. */
export const MAX_BYTES_PER_PUT = 5 * 1024 * 1024;

/** Largest record of a stream left as it was created, data and partition key. https://docs.aws.amazon.com/streams/latest/dev/large-records.html */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** The partition keys of receivers are shorter. */
export const MAX_KEY_BYTES = 64;

/** Most bytes of data a receiver can store as one record. */
export const MAX_DATA_BYTES = MAX_RECORD_BYTES - MAX_KEY_BYTES;
