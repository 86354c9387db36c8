/**
 * A small S3 in memory, path style. It is there for what the installable ones get wrong and the engine lives by: one
 * winner among conditional writers, bodies and checksums verified, listings of any length.
 *
 * Versions, access rights and encryption are not enforced: bucket settings are stored and told again.
 */
import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Answer, listen, type RunningServer, send } from "./http-server.js";
import { answerBucket, answerService } from "./s3/bucket-requests.js";
import { Buckets } from "./s3/buckets.js";
import { abortUpload, completeUpload, createUpload, uploadPart } from "./s3/multipart.js";
import { copyObject, deleteObject, getObject, putObject } from "./s3/objects.js";
import { notImplemented, S3Error } from "./s3/s3-error.js";
import { readS3Request, type S3Request } from "./s3/s3-request.js";

/** @param options.port 0 (default): any free one. */
export async function startS3Server(options: { readonly port?: number } = {}): Promise<RunningServer> {
  const buckets = new Buckets();
  return listen(async (incoming, response) => {
    const requestId = randomBytes(8).toString("hex").toUpperCase();
    const answer = await answerTo(incoming, buckets, requestId);
    const headers = { "x-amz-request-id": requestId, ...answer.headers };
    send(response, { ...answer, headers, ...(incoming.method === "HEAD" && { body: "" }) });
  }, options.port);
}

async function answerTo(incoming: IncomingMessage, buckets: Buckets, requestId: string): Promise<Answer> {
  try {
    const request = await readS3Request(incoming);
    if (request.bucket === "") return answerService(buckets);
    return request.key === "" ? answerBucket(request, buckets) : answerObject(request, buckets);
  } catch (error) {
    const known = error instanceof S3Error ? error : new S3Error(500, "InternalError", String(error));
    return known.answer(requestId);
  }
}

function answerObject(request: S3Request, buckets: Buckets): Answer {
  const { method, query, headers } = request;
  const bucket = buckets.get(request.bucket);
  if (query.has("uploads") && method === "POST") return createUpload(request, bucket);
  if (query.has("uploadId")) {
    if (method === "PUT") return uploadPart(request, bucket);
    if (method === "POST") return completeUpload(request, bucket);
    if (method === "DELETE") return abortUpload(request, bucket);
  }
  const other = ["acl", "tagging", "retention", "legal-hold", "attributes", "select"].find((name) => query.has(name));
  if (other !== undefined) throw notImplemented(other);
  if (method === "PUT") {
    return headers["x-amz-copy-source"] === undefined
      ? putObject(request, bucket)
      : copyObject(request, bucket, buckets);
  }
  if (method === "DELETE") return deleteObject(request, bucket);
  if (method === "GET" || method === "HEAD") return getObject(request, bucket);
  throw notImplemented(`${method} of an object`);
}
