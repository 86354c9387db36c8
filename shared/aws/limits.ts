/** Limits of the services, and what we made of them: how long a client waits, how often it asks. */

// --- Connections ----------------------------------------------------------------------------------------------------

/** Longest wait for a connection, milliseconds. Inside a region it takes one or two; a lost SYN packet is sent again after 1,000. */
export const CONNECTION_TIMEOUT_MILLIS = 3000;

/** Longest wait for DynamoDB, milliseconds. It answers within ten; whoever is silent for so long has lost the request. */
export const DYNAMODB_TIMEOUT_MILLIS = 5000;

/** Longest wait for Kinesis, milliseconds: a reply of 10 MB over a slow connection. */
export const KINESIS_TIMEOUT_MILLIS = 20_000;

/** Longest wait for S3, milliseconds: a block of 64 MB at 3 MB/s, a twentieth of what S3 gives. */
export const S3_TIMEOUT_MILLIS = 20_000;

/** Longest run of a function, milliseconds. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_FUNCTION_MILLIS = 900_000;

/** Longest wait for a function, milliseconds: its longest run and a cold start. Who gives up earlier leaves it running. */
export const LAMBDA_TIMEOUT_MILLIS = MAX_FUNCTION_MILLIS + 20_000;

/**
 * Connections of one client at the same time. Three clients with so many and that of Lambda stay below the 1,024 file
 * descriptors of a function. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const MAX_SOCKETS = 128;

/** Connections of the Lambda client: one for every task under way. */
export const LAMBDA_MAX_SOCKETS = 512;

/** How often a request is sent, the first time included. The pauses between five add up to about a second. */
export const MAX_ATTEMPTS = 5;

// --- Kinesis --------------------------------------------------------------------------------------------------------

/** GetRecords calls of a shard per second, all its readers together. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const MAX_READS_PER_SECOND = 5;

/** Bytes read of a shard per second, all its readers together. Same source. */
export const MAX_READ_BYTES_PER_SECOND = 2 * 1024 * 1024;

/** How long a read that is refused is tried again, milliseconds. A shard that is refused for longer has too many readers. */
export const READ_PATIENCE_MILLIS = 20_000;

/** First pause after a refused read, milliseconds; doubles. The budget of a shard is per second: much less is no use. */
export const FIRST_READ_PAUSE_MILLIS = 500;

/** Longest pause after a refused read, milliseconds. */
export const GREATEST_READ_PAUSE_MILLIS = 4000;

/** How long the description of a stream is believed, milliseconds. DescribeStreamSummary allows 20 calls/s for the whole account. */
export const DESCRIPTION_LIFETIME_MILLIS = 60_000;

/** How long a new stream may take to become active, milliseconds; usually it is less than one minute. */
export const CREATE_PATIENCE_MILLIS = 300_000;

/** Pause between two looks at a stream that is being created, milliseconds. */
export const CREATE_POLL_MILLIS = 250;

/** How long the place where the last read ended is kept, milliseconds: less than the life of an iterator, by the longest read. */
export const PLACE_LIFETIME_MILLIS = 4 * 60_000;

// --- DynamoDB -------------------------------------------------------------------------------------------------------

/** Most items of one BatchWriteItem. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const MAX_BATCH_WRITE_ITEMS = 25;

/** How long deletions that were left unprocessed are tried again, milliseconds. */
export const DELETE_PATIENCE_MILLIS = 20_000;

/** First pause before unprocessed deletions are sent again, milliseconds; doubles. */
export const FIRST_DELETE_PAUSE_MILLIS = 50;
