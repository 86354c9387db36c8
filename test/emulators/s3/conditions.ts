import type { StoredObject } from "./buckets.js";
import { noSuchKey, notImplemented, preconditionFailed } from "./s3-error.js";
import type { S3Request } from "./s3-request.js";

/**
 * Conditions of PUT, CompleteMultipartUpload and DELETE. To be asked in the same turn as the write itself: that makes the
 * two one. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */
export function checkWrite({ headers, key }: S3Request, existing: StoredObject | undefined): void {
  const noneMatch = headers["if-none-match"];
  const match = headers["if-match"];
  if (noneMatch !== undefined) {
    if (noneMatch !== "*") throw notImplemented("If-None-Match with an ETag");
    if (existing !== undefined) throw preconditionFailed("If-None-Match");
  }
  if (match !== undefined) {
    if (existing === undefined) throw noSuchKey(key);
    if (!matches(match, existing.etag)) throw preconditionFailed("If-Match");
  }
}

/** Conditions of GET and HEAD. @returns true when the client has it already (304). */
export function unmodified({ headers }: S3Request, { etag }: StoredObject): boolean {
  const match = headers["if-match"];
  if (match !== undefined && !matches(match, etag)) throw preconditionFailed("If-Match");
  return headers["if-none-match"] !== undefined && matches(headers["if-none-match"], etag);
}

function matches(wanted: string, etag: string): boolean {
  return wanted === "*" || wanted.split(",").some((each) => each.trim().replace(/^"?([^"]*)"?$/, '"$1"') === etag);
}
