/** Requests for one object. */
import { createHash } from "node:crypto";
import type { Answer } from "../http-server.js";
import type { Bucket, Buckets, StoredObject } from "./buckets.js";
import { checkWrite, unmodified } from "./conditions.js";
import { noSuchKey, S3Error } from "./s3-error.js";
import type { S3Request } from "./s3-request.js";
import { document, element } from "./xml.js";

/** Headers of a PUT that come back with every GET. */
const KEPT =
  /^(content-type|content-language|content-disposition|content-encoding|cache-control|expires|x-amz-meta-.+|x-amz-storage-class)$/;

export function keptHeaders({ headers }: S3Request): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    value !== undefined && KEPT.test(name) ? [[name, name === "content-encoding" ? own(value) : value] as const] : [],
  );
  return Object.fromEntries(kept.filter(([, value]) => value !== ""));
}

/** The framing of the request is not an encoding of the object. */
function own(encodings: string): string {
  const all = encodings.split(",").map((each) => each.trim());
  return all.filter((each) => each !== "aws-chunked").join(",");
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash("md5").update(bytes).digest();
}

export function putObject(request: S3Request, bucket: Bucket): Answer {
  checkWrite(request, bucket.get(request.key));
  const etag = `"${md5(request.bytes).toString("hex")}"`;
  const { bytes, checksums } = request;
  bucket.set(request.key, { bytes, etag, modified: Date.now(), headers: keptHeaders(request), checksums });
  return { status: 200, headers: { etag, ...checksums } };
}

export function copyObject(request: S3Request, bucket: Bucket, buckets: Buckets): Answer {
  const path = decodeURIComponent(request.headers["x-amz-copy-source"] ?? "").replace(/^\//, "");
  const at = path.indexOf("/");
  const source = buckets.get(path.slice(0, at)).get(path.slice(at + 1));
  if (source === undefined) throw noSuchKey(path.slice(at + 1));
  checkWrite(request, bucket.get(request.key));
  const replaced = request.headers["x-amz-metadata-directive"] === "REPLACE";
  const copy = { ...source, modified: Date.now(), headers: replaced ? keptHeaders(request) : source.headers };
  bucket.set(request.key, copy);
  const fields = [element("ETag", copy.etag), element("LastModified", new Date(copy.modified).toISOString())];
  return { status: 200, body: document("CopyObjectResult", fields) };
}

export function deleteObject(request: S3Request, bucket: Bucket): Answer {
  checkWrite(request, bucket.get(request.key));
  bucket.delete(request.key);
  return { status: 204 };
}

export function getObject(request: S3Request, bucket: Bucket): Answer {
  const object = bucket.get(request.key);
  if (object === undefined) throw noSuchKey(request.key);
  const head = {
    "accept-ranges": "bytes",
    etag: object.etag,
    "last-modified": new Date(object.modified).toUTCString(),
    ...object.headers,
  };
  if (unmodified(request, object)) return { status: 304, headers: head };
  const range = rangeOf(request, object);
  if (range !== undefined) {
    const [start, end] = range;
    const body = object.bytes.subarray(start, end);
    const where = { "content-range": `bytes ${start}-${end - 1}/${object.bytes.length}` };
    return { status: 206, headers: { ...head, ...where, "content-length": String(body.length) }, body };
  }
  // Of a part there is no checksum to tell.
  const checksums = request.headers["x-amz-checksum-mode"] === "ENABLED" ? object.checksums : {};
  const length = { "content-length": String(object.bytes.length) };
  return { status: 200, headers: { ...head, ...checksums, ...length }, body: object.bytes };
}

/** `[start, end)`; undefined for all. */
function rangeOf({ headers }: S3Request, { bytes }: StoredObject): readonly [number, number] | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  const start = from === "" ? Math.max(0, bytes.length - Number(to)) : Number(from);
  const end = from === "" || to === "" ? bytes.length : Math.min(bytes.length, Number(to) + 1);
  if (from !== "" && to !== "" && Number(to) < start) return undefined;
  if (start >= bytes.length) {
    throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable", {
      RangeRequested: headers.range ?? "",
      ActualObjectSize: String(bytes.length),
    });
  }
  return [start, end];
}
