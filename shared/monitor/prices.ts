/**
 * What functions do, in US dollars, by the price list. An estimate to be watched and compared, not a bill: units of DynamoDB
 * are taken from the bytes on the wire.
 */
import { PRICES } from "./price-list.js";

/** What the requests of one operation came to, as far as prices ask. */
export interface OperationUsage {
  readonly requests: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** Usage by service (`s3`, `dynamodb`) and operation (`PutObject`, ...). */
export type RequestUsage = Readonly<Record<string, Readonly<Record<string, OperationUsage>>>>;

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** Requests to S3 by what they cost; all others cost what a GET costs. */
const S3_WRITES = new Set([
  "PutObject",
  "CopyObject",
  "ListObjectsV2",
  "CreateMultipartUpload",
  "UploadPart",
  "CompleteMultipartUpload",
]);
const S3_FREE = new Set(["DeleteObject", "DeleteObjects", "AbortMultipartUpload"]);
const DYNAMODB_READS = new Set(["GetItem", "BatchGetItem", "Query", "Scan"]);

/**
 * What requests to S3 and DynamoDB cost. Kinesis charges for shards and for what is put, not for reading; an Invoke is counted
 * where it arrives.
 * @example
 * costOfRequests(UsageMeter.minus(meter.snapshot(), before)); // 0.0000054
 */
export function costOfRequests(usage: RequestUsage): number {
  return sum(usage.s3, costOfS3) + sum(usage.dynamodb, costOfDynamoDb);
}

/** What running a function costs. @param memoryMegabytes what it is configured with. */
export function costOfRunning(millis: number, memoryMegabytes: number): number {
  return (millis / 1000) * (memoryMegabytes / 1024) * PRICES.lambdaGigabyteSecond.dollars;
}

/** What being called so many times costs a function. */
export function costOfInvocations(count: number): number {
  return count * PRICES.lambdaInvocation.dollars;
}

/** What the shards of a stream cost, whatever is done with them: provisioned, without what is put. */
export function costOfShards(shards: number, millis: number): number {
  return (shards * millis * PRICES.kinesisShardHour.dollars) / 3_600_000;
}

function sum(
  operations: Readonly<Record<string, OperationUsage>> = {},
  cost: (operation: string, usage: OperationUsage) => number,
): number {
  return Object.entries(operations).reduce((total, [operation, usage]) => total + cost(operation, usage), 0);
}

function costOfS3(operation: string, { requests }: OperationUsage): number {
  if (S3_FREE.has(operation)) return 0;
  return requests * (S3_WRITES.has(operation) ? PRICES.s3Write.dollars : PRICES.s3Read.dollars);
}

/** Every request is rounded up to a unit of its own. */
function costOfDynamoDb(operation: string, { requests, requestBytes, responseBytes }: OperationUsage): number {
  if (DYNAMODB_READS.has(operation))
    return units(requests, responseBytes, READ_UNIT_BYTES) * PRICES.dynamoDbReadUnit.dollars;
  return units(requests, requestBytes, WRITE_UNIT_BYTES) * PRICES.dynamoDbWriteUnit.dollars;
}

function units(requests: number, bytes: number, unitBytes: number): number {
  return Math.max(requests, Math.ceil(bytes / unitBytes));
}
