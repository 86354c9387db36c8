import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { readBody } from "../http-server.js";
import { unchunk } from "./aws-chunked.js";
import { CHECKSUM_HEADERS, checksum } from "./checksums.js";
import { S3Error } from "./s3-error.js";

/** A request with its body out of the framing and its checksums verified. Path style only. */
export interface S3Request {
  readonly method: string;
  /** Empty for the service itself. */
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  /** Checksum headers that were sent, in the head or behind the body; all of them hold. */
  readonly checksums: Readonly<Record<string, string>>;
}

export async function readS3Request(request: IncomingMessage): Promise<S3Request> {
  const [path = "", search = ""] = split(request.url ?? "/", "?");
  const [bucket = "", key = ""] = split(path.replace(/^\/+/, ""), "/").map(decodeURIComponent);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
  );
  const body = await readBody(request);
  const chunked =
    headers["x-amz-content-sha256"]?.startsWith("STREAMING-") || headers["content-encoding"]?.includes("aws-chunked");
  const { bytes, trailers } = chunked ? unchunk(body) : { bytes: body, trailers: {} };
  verifyBody(headers, bytes);
  const query = new URLSearchParams(search);
  // What completes a multipart upload speaks of the checksum of the object, not of its own body.
  const checksums =
    query.has("uploadId") && request.method === "POST" ? {} : verifiedChecksums({ ...headers, ...trailers }, bytes);
  return { method: request.method ?? "GET", bucket, key, query, headers, bytes, checksums };
}

function split(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function verifyBody(headers: S3Request["headers"], bytes: Buffer): void {
  const length = headers["x-amz-decoded-content-length"];
  if (length !== undefined && Number(length) !== bytes.length) {
    throw new S3Error(400, "IncompleteBody", "You did not provide the number of bytes specified by the headers");
  }
  const hash = headers["x-amz-content-sha256"];
  if (hash !== undefined && /^[0-9a-f]{64}$/.test(hash) && hash !== createHash("sha256").update(bytes).digest("hex")) {
    throw new S3Error(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match");
  }
  const md5 = headers["content-md5"];
  if (md5 !== undefined && md5 !== createHash("md5").update(bytes).digest("base64")) {
    throw new S3Error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
  }
}

function verifiedChecksums(sent: S3Request["headers"], bytes: Buffer): Readonly<Record<string, string>> {
  const found = CHECKSUM_HEADERS.flatMap((name) => (sent[name] === undefined ? [] : [[name, sent[name]] as const]));
  for (const [name, value] of found) {
    if (checksum(name, bytes) !== value) {
      throw new S3Error(400, "BadDigest", `The ${name} you specified did not match the calculated checksum.`);
    }
  }
  return Object.fromEntries(found);
}
