/** Limits of Kinesis Data Streams that every stream source keeps, so that a program meets them before it is deployed. */

/** Life of a shard iterator, milliseconds. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html */
export const ITERATOR_LIFETIME_MILLIS = 5 * 60 * 1000;

/** Most records in one reply. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
export const MAX_RECORDS_PER_READ = 10_000;

/** Most bytes (data and partition keys) in one reply; a single record may exceed it. Same source. */
export const MAX_BYTES_PER_READ = 10 * 1024 * 1024;

/** Largest record, bytes of data: the most a stream can be set to. https://docs.aws.amazon.com/streams/latest/dev/large-records.html */
export const MAX_RECORD_BYTES = 10 * 1024 * 1024;

/** Longest partition key, characters. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html */
export const MAX_PARTITION_KEY_LENGTH = 256;

/** Retention of a new stream, milliseconds. https://docs.aws.amazon.com/streams/latest/dev/kinesis-extended-retention.html */
export const DEFAULT_RETENTION_MILLIS = 24 * 60 * 60 * 1000;
