/** What the engine expects of S3 itself: the same for a server of ours, another emulator, and the real one. */
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { inChunks, pattern } from "../contracts/subject.js";
import { openS3, type S3UnderTest } from "./s3.js";

/** Emulators do not know all of S3: LocalStack 4.14 deletes without conditions, and any number at a time. */
const strict = process.env.SLUICE_ENDPOINT === undefined || process.env.SLUICE_STRICT_S3 === "true";

describe("S3", () => {
  let s3: S3UnderTest;
  let Bucket: string;
  beforeAll(async () => {
    s3 = await openS3();
    Bucket = s3.bucket;
  });
  afterAll(() => s3.close());

  const put = (Key: string, Body: PutObjectCommandInput["Body"] = Key, more: Partial<PutObjectCommandInput> = {}) =>
    s3.client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const get = async (Key: string, Range?: string) => {
    const reply = await s3.client.send(new GetObjectCommand({ Bucket, Key, ...(Range && { Range }) }));
    return { ...reply, bytes: Buffer.from((await reply.Body?.transformToByteArray()) ?? []) };
  };
  const error = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

  describe("conditional writes", () => {
    it("creates only where nothing is", async () => {
      await put("create", "first", { IfNoneMatch: "*" });
      await expect(put("create", "second", { IfNoneMatch: "*" })).rejects.toMatchObject(
        error("PreconditionFailed", 412),
      );
      expect((await get("create")).bytes.toString()).toBe("first");
    });

    it("replaces only what is known", async () => {
      const { ETag = "" } = await put("swap", "first");
      const second = await put("swap", "second", { IfMatch: ETag });
      await expect(put("swap", "third", { IfMatch: ETag })).rejects.toMatchObject(error("PreconditionFailed", 412));
      await expect(put("swap-none", "x", { IfMatch: ETag })).rejects.toMatchObject(error("NoSuchKey", 404));
      expect(await get("swap")).toMatchObject({ ETag: second.ETag, ContentLength: 6 });
    });

    it("deletes only what is known", async () => {
      if (!strict) return;
      const { ETag = "" } = await put("delete", "first");
      const wrong = new DeleteObjectCommand({ Bucket, Key: "delete", IfMatch: '"00000000000000000000000000000000"' });
      await expect(s3.client.send(wrong)).rejects.toMatchObject(error("PreconditionFailed", 412));
      await s3.client.send(new DeleteObjectCommand({ Bucket, Key: "delete", IfMatch: ETag }));
      await expect(get("delete")).rejects.toMatchObject(error("NoSuchKey", 404));
    });

    it("completes an upload in parts only where nothing is", async () => {
      const upload = async () => {
        const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand({ Bucket, Key: "parts" }));
        const parts = [pattern(5 * 1024 * 1024), pattern(10)].map(async (Body, index) => {
          const PartNumber = index + 1;
          const input = { Bucket, Key: "parts", UploadId, PartNumber, Body };
          return { PartNumber, ETag: (await s3.client.send(new UploadPartCommand(input))).ETag };
        });
        return { UploadId, MultipartUpload: { Parts: await Promise.all(parts) } };
      };
      const complete = async (parts: Awaited<ReturnType<typeof upload>>) =>
        s3.client.send(new CompleteMultipartUploadCommand({ Bucket, Key: "parts", IfNoneMatch: "*", ...parts }));
      const [one, other] = await Promise.all([upload(), upload()]);
      const { ETag } = await complete(one);
      expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
      await expect(complete(other)).rejects.toMatchObject(error("PreconditionFailed", 412));
      const abort = { Bucket, Key: "parts", UploadId: other.UploadId };
      await s3.client.send(new AbortMultipartUploadCommand(abort));
      await expect(complete(other)).rejects.toMatchObject(error("NoSuchUpload", 404));
      expect((await get("parts", "bytes=5242879-5242882")).bytes).toHaveLength(4);
    });

    it("lets one of 50 racers win", async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 50 }, (_, racer) => put("race", `racer ${racer}`, { IfNoneMatch: "*" })),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    });
  });

  describe("bodies", () => {
    it.each([0, 1, 70_000])("takes a stream of %i bytes with its checksum behind it", async (length) => {
      const body = Readable.from(length === 0 ? [] : [pattern(length).subarray(0, 10), pattern(length).subarray(10)]);
      await put("stream", body, { ContentLength: length, ChecksumAlgorithm: "CRC32" });
      const { bytes, ContentEncoding } = await get("stream");
      expect(Buffer.compare(bytes, pattern(length))).toBe(0);
      expect(ContentEncoding ?? "").not.toContain("aws-chunked");
    });

    it.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
      "verifies %s and tells it",
      async (algorithm) => {
        const reply = await put(algorithm, "some bytes", { ChecksumAlgorithm: algorithm });
        const head = new HeadObjectCommand({ Bucket, Key: algorithm, ChecksumMode: "ENABLED" });
        const field = `Checksum${algorithm}` as const;
        const sum = (await s3.client.send(head))[field];
        expect(sum).toBeDefined();
        expect(reply[field]).toBe(sum);
        const other = await put(`${algorithm}-other`, "other bytes", { ChecksumAlgorithm: algorithm });
        await expect(put(algorithm, "some bytes", { [field]: other[field] })).rejects.toMatchObject(
          error("BadDigest", 400),
        );
      },
    );

    it("answers a range, the end, and what is beyond it", async () => {
      await put("range", pattern(100));
      const parts = [
        ["bytes=0-9", 0, 10],
        ["bytes=90-200", 90, 100],
        ["bytes=95-", 95, 100],
        ["bytes=-7", 93, 100],
      ] as const;
      for (const [range, start, end] of parts) {
        const { bytes, ContentRange } = await get("range", range);
        expect(Buffer.compare(bytes, pattern(100).subarray(start, end))).toBe(0);
        expect(ContentRange).toBe(`bytes ${start}-${end - 1}/100`);
      }
      await expect(get("range", "bytes=100-110")).rejects.toMatchObject(error("InvalidRange", 416));
    });

    it("keeps metadata and type, and copies them", async () => {
      await put("meta", "x", { Metadata: { writer: "me" }, ContentType: "text/plain", CacheControl: "no-store" });
      await s3.client.send(new CopyObjectCommand({ Bucket, Key: "meta copy", CopySource: `${Bucket}/meta` }));
      for (const Key of ["meta", "meta copy"]) {
        const head = await s3.client.send(new HeadObjectCommand({ Bucket, Key }));
        expect(head).toMatchObject({ Metadata: { writer: "me" }, ContentType: "text/plain", ContentLength: 1 });
        expect(Math.abs(Date.now() - (head.LastModified?.getTime() ?? 0))).toBeLessThan(60_000);
      }
      const none = new HeadObjectCommand({ Bucket, Key: "meta none" });
      await expect(s3.client.send(none)).rejects.toMatchObject(error("NotFound", 404));
    });
  });

  describe("listings", () => {
    const list = async (input: { Prefix: string; Delimiter?: string; MaxKeys?: number; StartAfter?: string }) => {
      const entries: string[] = [];
      let pages = 0;
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.client.send(new ListObjectsV2Command({ Bucket, ...input, ContinuationToken }));
        const keys = (page.Contents ?? []).map(({ Key = "" }) => Key);
        entries.push(...[...keys, ...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix)].sort());
        expect(page.KeyCount).toBeLessThanOrEqual(input.MaxKeys ?? 1000);
        expect(page.IsTruncated).toBe(page.NextContinuationToken !== undefined);
        ContinuationToken = page.NextContinuationToken;
        pages += 1;
      } while (ContinuationToken !== undefined);
      return { entries, pages };
    };

    it("goes through directories page by page, each prefix once", async () => {
      const keys = ["a", "b/1", "b/2", "b/3/4", "b0", "c/1", "d"].map((key) => `tree/${key}`);
      await Promise.all(keys.map((key) => put(key)));
      const top = ["tree/a", "tree/b/", "tree/b0", "tree/c/", "tree/d"];
      for (const MaxKeys of [1, 2, 3, 1000]) {
        expect((await list({ Prefix: "tree/", Delimiter: "/", MaxKeys })).entries).toEqual(top);
        expect((await list({ Prefix: "tree/", MaxKeys })).entries).toEqual(keys);
      }
      expect((await list({ Prefix: "tree/b", Delimiter: "/" })).entries).toEqual(["tree/b/", "tree/b0"]);
      expect((await list({ Prefix: "tree/", StartAfter: "tree/b/3/4" })).entries).toEqual(keys.slice(4));
      expect(await list({ Prefix: "tree/x" })).toEqual({ entries: [], pages: 1 });
    });

    it("lists and deletes more than a thousand", async () => {
      const keys = Array.from({ length: 1005 }, (_, index) => `many/${String(index).padStart(4, "0")}`);
      await inChunks(keys, (key) => put(key));
      expect(await list({ Prefix: "many/" })).toEqual({ entries: keys, pages: 2 });
      const remove = (some: readonly string[]) => {
        const Delete = { Objects: some.map((Key) => ({ Key })) };
        return s3.client.send(new DeleteObjectsCommand({ Bucket, Delete }));
      };
      if (strict) await expect(remove(keys)).rejects.toMatchObject({ name: "MalformedXML" });
      const { Deleted, Errors } = await remove([...keys.slice(0, 999), "many/none & <such>"]);
      expect(Deleted).toHaveLength(1000);
      expect(Errors ?? []).toEqual([]);
      expect((await list({ Prefix: "many/" })).entries).toEqual(keys.slice(999));
    }, 60_000);

    it("lists versions, for those who empty a bucket", async () => {
      await put("versions/a");
      const reply = await s3.client.send(new ListObjectVersionsCommand({ Bucket, Prefix: "versions/" }));
      expect(reply.Versions).toMatchObject([{ Key: "versions/a", VersionId: "null", IsLatest: true }]);
    });
  });

  describe("buckets", () => {
    it("creates, finds and deletes them", async () => {
      const other = { Bucket: `${Bucket}-other`.slice(0, 63) };
      await expect(s3.client.send(new HeadBucketCommand(other))).rejects.toMatchObject(error("NotFound", 404));
      await s3.client.send(new CreateBucketCommand(other));
      await s3.client.send(new HeadBucketCommand(other));
      const { Buckets = [] } = await s3.client.send(new ListBucketsCommand({}));
      expect(Buckets.map(({ Name }) => Name)).toEqual(expect.arrayContaining([Bucket, other.Bucket]));
      await s3.client.send(new PutObjectCommand({ ...other, Key: "a", Body: "a" }));
      await expect(s3.client.send(new DeleteBucketCommand(other))).rejects.toMatchObject(error("BucketNotEmpty", 409));
      await s3.client.send(new DeleteObjectCommand({ ...other, Key: "a" }));
      await s3.client.send(new DeleteBucketCommand(other));
      const list = new ListObjectsV2Command(other);
      await expect(s3.client.send(list)).rejects.toMatchObject(error("NoSuchBucket", 404));
    });

    it("keeps settings", async () => {
      const policy = new GetBucketPolicyCommand({ Bucket });
      await expect(s3.client.send(policy)).rejects.toMatchObject({ name: "NoSuchBucketPolicy" });
      const Statement = [
        { Effect: "Deny", Principal: "*", Action: "s3:PutBucketPublicAccessBlock", Resource: `arn:aws:s3:::${Bucket}` },
      ];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await s3.client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      expect(JSON.parse((await s3.client.send(policy)).Policy ?? "")).toEqual({ Version: "2012-10-17", Statement });

      const lifecycle = new GetBucketLifecycleConfigurationCommand({ Bucket });
      await expect(s3.client.send(lifecycle)).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
      const Rules = [{ ID: "scratch", Status: "Enabled" as const, Filter: { Prefix: "sh/" }, Expiration: { Days: 1 } }];
      await s3.client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
      expect((await s3.client.send(lifecycle)).Rules).toMatchObject(Rules);

      expect((await s3.client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
      expect((await s3.client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
      const encryption = await s3.client.send(new GetBucketEncryptionCommand({ Bucket }));
      expect(encryption.ServerSideEncryptionConfiguration?.Rules).toHaveLength(1);
    });
  });
});
