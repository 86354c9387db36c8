/** Multipart uploads. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
import { randomUUID } from "node:crypto";
import type { Answer } from "../http-server.js";
import type { Bucket, Upload } from "./buckets.js";
import { checkWrite } from "./conditions.js";
import { keptHeaders, md5 } from "./objects.js";
import { S3Error } from "./s3-error.js";
import type { S3Request } from "./s3-request.js";
import { document, element, inner, texts } from "./xml.js";

/** Smallest part but for the last, bytes. */
const MIN_PART_BYTES = 5 * 1024 * 1024;

export function createUpload(request: S3Request, bucket: Bucket): Answer {
  const id = randomUUID();
  bucket.uploads.set(id, { key: request.key, headers: keptHeaders(request), parts: new Map() });
  const fields = [element("Bucket", request.bucket), element("Key", request.key), element("UploadId", id)];
  return { status: 200, body: document("InitiateMultipartUploadResult", fields) };
}

export function uploadPart(request: S3Request, bucket: Bucket): Answer {
  const upload = uploadOf(request, bucket);
  const etag = `"${md5(request.bytes).toString("hex")}"`;
  upload.parts.set(Number(request.query.get("partNumber")), { bytes: request.bytes, etag });
  return { status: 200, headers: { etag, ...request.checksums } };
}

export function completeUpload(request: S3Request, bucket: Bucket): Answer {
  const upload = uploadOf(request, bucket);
  const parts = partsOf(request, upload);
  checkWrite(request, bucket.get(request.key));
  const etag = `"${md5(Buffer.concat(parts.map(({ bytes }) => md5(bytes)))).toString("hex")}-${parts.length}"`;
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  bucket.set(request.key, { bytes, etag, modified: Date.now(), headers: upload.headers, checksums: {} });
  bucket.uploads.delete(request.query.get("uploadId") ?? "");
  const fields = [element("Bucket", request.bucket), element("Key", request.key), element("ETag", etag)];
  return { status: 200, body: document("CompleteMultipartUploadResult", fields) };
}

export function abortUpload(request: S3Request, bucket: Bucket): Answer {
  uploadOf(request, bucket);
  bucket.uploads.delete(request.query.get("uploadId") ?? "");
  return { status: 204 };
}

function uploadOf({ query, key }: S3Request, bucket: Bucket): Upload {
  const upload = bucket.uploads.get(query.get("uploadId") ?? "");
  if (upload?.key !== key) {
    throw new S3Error(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid.");
  }
  return upload;
}

function partsOf(request: S3Request, upload: Upload) {
  const wanted = inner(request.bytes.toString(), "Part").map((part) => ({
    number: Number(texts(part, "PartNumber")[0]),
    etag: (texts(part, "ETag")[0] ?? "").replace(/^"?([^"]*)"?$/, '"$1"'),
  }));
  if (wanted.some(({ number }, at) => at > 0 && number <= (wanted[at - 1]?.number ?? 0))) {
    throw new S3Error(400, "InvalidPartOrder", "The list of parts was not in ascending order.");
  }
  return wanted.map(({ number, etag }, at) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag) {
      throw new S3Error(400, "InvalidPart", "One or more of the specified parts could not be found.");
    }
    if (at < wanted.length - 1 && part.bytes.length < MIN_PART_BYTES) {
      throw new S3Error(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
    }
    return part;
  });
}
