import type { Answer } from "../http-server.js";
import type { Bucket } from "./buckets.js";
import { S3Error } from "./s3-error.js";
import type { S3Request } from "./s3-request.js";
import { document, element } from "./xml.js";

/** Most entries of a page, whatever is asked for. */
const MAX_KEYS = 1000;

interface Page {
  /** Keys, and common prefixes, in order. */
  readonly entries: readonly { readonly name: string; readonly isPrefix: boolean }[];
  /** The last entry when there are more. */
  readonly more: string | undefined;
}

/** ListObjectsV2, and ListObjects as it was before. */
export function listObjects({ bucket: name, query }: S3Request, bucket: Bucket): Answer {
  const v2 = query.get("list-type") === "2";
  const token = query.get("continuation-token");
  const after = token === null ? (query.get(v2 ? "start-after" : "marker") ?? "") : fromToken(token);
  const { prefix, delimiter, limit } = rangeOf(query);
  const { entries, more } = page(bucket.keys(), prefix, delimiter, after, limit);
  const encode = encoder(query);
  return xml("ListBucketResult", [
    element("Name", name),
    element("Prefix", encode(prefix)),
    element("Delimiter", delimiter === "" ? undefined : encode(delimiter)),
    element("MaxKeys", limit),
    element("EncodingType", query.get("encoding-type") ?? undefined),
    element("IsTruncated", more !== undefined),
    element("KeyCount", v2 ? entries.length : undefined),
    element("ContinuationToken", token ?? undefined),
    element("StartAfter", v2 ? (query.get("start-after") ?? undefined) : undefined),
    element("Marker", v2 ? undefined : encode(after)),
    element("NextContinuationToken", v2 && more !== undefined ? toToken(more) : undefined),
    element("NextMarker", !v2 && more !== undefined ? encode(more) : undefined),
    ...entries.map(({ name, isPrefix }) =>
      isPrefix
        ? element("CommonPrefixes", [element("Prefix", encode(name))])
        : contents(bucket, "Contents", name, encode),
    ),
  ]);
}

/** ListObjectVersions: every object has one version, `null`, as in a bucket that was never versioned. */
export function listVersions({ bucket: name, query }: S3Request, bucket: Bucket): Answer {
  const { prefix, delimiter, limit } = rangeOf(query);
  const { entries, more } = page(bucket.keys(), prefix, delimiter, query.get("key-marker") ?? "", limit);
  const encode = encoder(query);
  const version = [element("VersionId", "null"), element("IsLatest", true)];
  return xml("ListVersionsResult", [
    element("Name", name),
    element("Prefix", encode(prefix)),
    element("MaxKeys", limit),
    element("EncodingType", query.get("encoding-type") ?? undefined),
    element("IsTruncated", more !== undefined),
    element("NextKeyMarker", more === undefined ? undefined : encode(more)),
    element("NextVersionIdMarker", more === undefined ? undefined : "null"),
    ...entries.map(({ name, isPrefix }) =>
      isPrefix
        ? element("CommonPrefixes", [element("Prefix", encode(name))])
        : contents(bucket, "Version", name, encode, version),
    ),
  ]);
}

function page(keys: readonly string[], prefix: string, delimiter: string, after: string, limit: number): Page {
  const entries: { name: string; isPrefix: boolean }[] = [];
  const place = Buffer.from(after);
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? key : key.slice(0, end + delimiter.length);
    // What is rolled up into a prefix that was told already comes after that prefix in the order of names.
    if (after !== "" && Buffer.compare(Buffer.from(name), place) <= 0) continue;
    if (entries.at(-1)?.name === name) continue;
    if (entries.length === limit) return { entries, more: entries.at(-1)?.name };
    entries.push({ name, isPrefix: end >= 0 });
  }
  return { entries, more: undefined };
}

function rangeOf(query: URLSearchParams) {
  const limit = Number(query.get("max-keys") ?? MAX_KEYS);
  if (!Number.isInteger(limit) || limit < 0) {
    throw new S3Error(400, "InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647");
  }
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    limit: Math.min(limit, MAX_KEYS),
  };
}

/** As Java's URLEncoder does, but for slashes: that is what S3 answers with. */
function encoder(query: URLSearchParams): (name: string) => string {
  if (query.get("encoding-type") !== "url") return (name) => name;
  return (name) =>
    encodeURIComponent(name)
      .replace(/%20/g, "+")
      .replace(/%2F/g, "/")
      .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function contents(
  bucket: Bucket,
  tag: string,
  key: string,
  encode: (name: string) => string,
  more: readonly string[] = [],
): string {
  const object = bucket.get(key);
  if (object === undefined) return "";
  return element(tag, [
    element("Key", encode(key)),
    ...more,
    element("LastModified", new Date(Math.floor(object.modified / 1000) * 1000).toISOString()),
    element("ETag", object.etag),
    element("Size", object.bytes.length),
    element("StorageClass", "STANDARD"),
  ]);
}

function xml(root: string, children: readonly string[]): Answer {
  return { status: 200, headers: { "content-type": "application/xml" }, body: document(root, children) };
}

function toToken(name: string): string {
  return Buffer.from(name).toString("base64url");
}

function fromToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (toToken(name) !== token) {
    throw new S3Error(400, "InvalidArgument", "The continuation token provided is incorrect");
  }
  return name;
}
