/** Requests for a bucket. */
import type { Answer } from "../http-server.js";
import type { Bucket, Buckets } from "./buckets.js";
import { listObjects, listVersions } from "./listing.js";
import { notImplemented, S3Error } from "./s3-error.js";
import type { S3Request } from "./s3-request.js";
import { document, element, inner, texts } from "./xml.js";

/** What S3 answers to the question for a setting that was never made: a document, or an error code. */
const UNSET: Readonly<Record<string, string>> = {
  accelerate: document("AccelerateConfiguration", []),
  acl: document("AccessControlPolicy", []),
  cors: "NoSuchCORSConfiguration",
  encryption: document("ServerSideEncryptionConfiguration", [
    element("Rule", [
      element("ApplyServerSideEncryptionByDefault", [element("SSEAlgorithm", "AES256")]),
      element("BucketKeyEnabled", false),
    ]),
  ]),
  lifecycle: "NoSuchLifecycleConfiguration",
  location: document("LocationConstraint", []),
  logging: document("BucketLoggingStatus", []),
  notification: document("NotificationConfiguration", []),
  "object-lock": "ObjectLockConfigurationNotFoundError",
  ownershipControls: "OwnershipControlsNotFoundError",
  policy: "NoSuchBucketPolicy",
  publicAccessBlock: "NoSuchPublicAccessBlockConfiguration",
  replication: "ReplicationConfigurationNotFoundError",
  requestPayment: document("RequestPaymentConfiguration", [element("Payer", "BucketOwner")]),
  tagging: "NoSuchTagSet",
  versioning: document("VersioningConfiguration", []),
  website: "NoSuchWebsiteConfiguration",
};

/** Most keys of a DeleteObjects. */
const MAX_DELETES = 1000;

export function answerBucket(request: S3Request, buckets: Buckets): Answer {
  const { method, query, bucket: name } = request;
  const setting = [...query.keys()].find((key) => key in UNSET);
  if (setting !== undefined) return answerSetting(request, buckets.get(name), setting);
  if (method === "PUT") return createBucket(request, buckets);
  const bucket = buckets.get(name);
  if (method === "HEAD") return { status: 200, headers: { "x-amz-bucket-region": "us-east-1" } };
  if (method === "DELETE") {
    buckets.delete(name);
    return { status: 204 };
  }
  if (method === "POST" && query.has("delete")) return deleteObjects(request, bucket);
  if (method === "GET" && query.has("versions")) return listVersions(request, bucket);
  if (method === "GET") return listObjects(request, bucket);
  throw notImplemented(`${method} of a bucket`);
}

/** ListBuckets. */
export function answerService(buckets: Buckets): Answer {
  const all = buckets.names().map((name) => {
    const created = new Date(buckets.get(name).created).toISOString();
    return element("Bucket", [element("Name", name), element("CreationDate", created)]);
  });
  return { status: 200, body: document("ListAllMyBucketsResult", [element("Buckets", all)]) };
}

function createBucket({ bucket }: S3Request, buckets: Buckets): Answer {
  buckets.create(bucket);
  return { status: 200, headers: { location: `/${bucket}` } };
}

function answerSetting({ method, bytes }: S3Request, bucket: Bucket, name: string): Answer {
  if (method === "PUT") {
    bucket.settings.set(name, bytes.toString());
    return { status: 200 };
  }
  if (method === "DELETE") {
    bucket.settings.delete(name);
    return { status: 204 };
  }
  const body = bucket.settings.get(name) ?? UNSET[name] ?? "";
  if (/^[A-Za-z]+$/.test(body)) throw new S3Error(404, body, `There is no ${name} configuration of this bucket.`);
  const type = name === "policy" ? "application/json" : "application/xml";
  return { status: 200, headers: { "content-type": type }, body };
}

function deleteObjects({ headers, checksums, bytes }: S3Request, bucket: Bucket): Answer {
  if (headers["content-md5"] === undefined && Object.keys(checksums).length === 0) {
    throw new S3Error(
      400,
      "InvalidRequest",
      "Missing required header for this request: Content-MD5 OR x-amz-checksum-*",
    );
  }
  const body = bytes.toString();
  const keys = inner(body, "Object").flatMap((object) => texts(object, "Key"));
  if (keys.length === 0 || keys.length > MAX_DELETES) {
    throw new S3Error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate");
  }
  for (const key of keys) bucket.delete(key);
  const told = texts(body, "Quiet")[0] === "true" ? [] : keys;
  const deleted = told.map((key) => element("Deleted", [element("Key", key)]));
  return { status: 200, body: document("DeleteResult", deleted) };
}
