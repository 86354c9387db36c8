import { randomBytes, randomUUID } from "node:crypto";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { S3BlockStore } from "../../shared/aws/s3-block-store.js";
import { S3FileSystem } from "../../shared/aws/s3-file-system.js";
import {
  CorruptDataError,
  IllegalArgumentError,
  IllegalStateError,
  ThrottledError,
} from "../../shared/errors/index.js";
import { describeBlockStore } from "../contracts/block-store.contract.js";
import { describeFileSystem } from "../contracts/file-system.contract.js";
import { pattern, text, utf8 } from "../contracts/subject.js";
import type { Fault } from "./faulty-handler.js";
import { openS3, type S3UnderTest } from "./s3.js";

describeBlockStore("S3", async () => {
  const { client, bucket, close } = await openS3();
  return { subject: new S3BlockStore(client, { bucket }), close };
});
describeBlockStore("S3, with a prefix and compressed", async () => {
  const { client, bucket, close } = await openS3();
  return { subject: new S3BlockStore(client, { bucket, prefix: "job/man/", compressFrom: 0 }), close };
});
describeFileSystem("S3", async () => {
  const { client, bucket, close } = await openS3();
  return { subject: { files: new S3FileSystem(client), root: `s3://${bucket}/in`, now: () => Date.now() }, close };
});

const conflict: Fault = { status: 409, body: "<Error><Code>ConditionalRequestConflict</Code></Error>" };
const slowDown: Fault = { status: 503, body: "<Error><Code>SlowDown</Code><Message>Reduce</Message></Error>" };
const failure: Fault = { status: 500, body: "<Error><Code>InternalError</Code></Error>" };

describe("S3 block store on a bad day", () => {
  let s3: S3UnderTest;
  let store: S3BlockStore;
  let name: string;
  beforeAll(async () => {
    s3 = await openS3();
    store = new S3BlockStore(s3.client, { bucket: s3.bucket });
  });
  afterAll(() => s3.close());
  beforeEach(() => {
    name = `job-x/b/${randomUUID()}`;
  });
  afterEach(() => {
    s3.network.faultOf = undefined;
  });

  /** The first requests of that method meet these faults, one each. */
  const faults = (method: string, ...list: Fault[]) => {
    s3.network.faultOf = (request) => (request.method === method ? list.shift() : undefined);
  };

  it("knows its own object again when the reply was lost", async () => {
    faults("PUT", "lose-reply");
    expect(await store.putIfAbsent(name, utf8("mine"))).toBe("created");
    faults("PUT", "lose-reply");
    await store.put(`${name}-2`, utf8("mine"));
    expect(text(await store.get(`${name}-2`))).toBe("mine");
  });

  it("does not take another's object for its own when the reply was lost", async () => {
    await store.put(name, utf8("theirs"));
    faults("PUT", "lose-reply");
    // The same bytes: only the writer's name tells them apart.
    expect(await store.putIfAbsent(name, utf8("theirs"))).toBe("exists");
    faults("PUT", "lose-reply");
    expect(await store.putIfAbsent(name, utf8("mine"))).toBe("exists");
    expect(text(await store.get(name))).toBe("theirs");
  });

  it("looks for the object when the SDK has given up", async () => {
    faults("PUT", "lose-reply", "lose-reply", "lose-reply", "lose-reply");
    expect(await store.putIfAbsent(name, utf8("mine"))).toBe("created");
  });

  it("throws when it is not known whether the object was created", async () => {
    faults("PUT", ...Array<Fault>(10).fill("lose-request"));
    await expect(store.putIfAbsent(name, utf8("mine"))).rejects.toThrow("socket hang up");
    faults("PUT", ...Array<Fault>(10).fill(failure));
    await expect(store.putIfAbsent(name, utf8("mine"))).rejects.toMatchObject({ name: "InternalError" });
  });

  it("tries again when another write is under way", async () => {
    faults("PUT", conflict, conflict, conflict);
    expect(await store.putIfAbsent(name, utf8("mine"))).toBe("created");
    faults("PUT", conflict, conflict);
    expect(await store.putIfAbsent(name, utf8("again"))).toBe("exists");
    expect(text(await store.get(name))).toBe("mine");
  });

  it("goes by what is there when other writes do not end", async () => {
    await store.put(name, utf8("theirs"));
    s3.network.faultOf = ({ method }) => (method === "PUT" ? conflict : undefined);
    expect(await store.putIfAbsent(name, utf8("mine"))).toBe("exists");
    await expect(store.putIfAbsent(`${name}-2`, utf8("mine"))).rejects.toThrow(ThrottledError);
  }, 30_000);

  it("costs one request when nothing goes wrong, and when another was first", async () => {
    s3.network.sent.length = 0;
    await store.putIfAbsent(name, utf8("first"));
    await store.putIfAbsent(name, utf8("second"));
    expect(s3.network.sent).toHaveLength(2);
  });

  it("says that it was throttled", async () => {
    s3.network.faultOf = () => slowDown;
    const calls = [store.get(name), store.put(name, utf8("x")), store.list(name), store.delete([name])];
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: "rejected", reason: expect.any(ThrottledError) });
    }
  }, 30_000);

  it("does not put other bytes under a name that is taken", async () => {
    await store.put(name, utf8("first"));
    await store.put(name, utf8("first"));
    await expect(store.put(name, utf8("second"))).rejects.toThrow(IllegalStateError);
  });

  it("reads again what was damaged on the way, and gives up when it stays so", async () => {
    await store.put(name, pattern(100_000));
    const damage = (body: Buffer) => Buffer.concat([body.subarray(0, 500), Buffer.from([1, 2, 3]), body.subarray(503)]);
    faults("GET", { damage });
    expect(Buffer.compare((await store.get(name)) ?? utf8(""), pattern(100_000))).toBe(0);
    s3.network.faultOf = () => ({ damage });
    await expect(store.get(name)).rejects.toThrow(CorruptDataError);
  });

  it("reads again what came short", async () => {
    await store.put(name, pattern(1000));
    const damage = (body: Buffer) => body.subarray(0, -10);
    for (const read of [() => store.get(name), () => store.getRange(name, 0, 1000)]) {
      faults("GET", { damage });
      expect(Buffer.compare((await read()) ?? utf8(""), pattern(1000))).toBe(0);
      s3.network.faultOf = () => ({ damage });
      await expect(read()).rejects.toThrow(CorruptDataError);
    }
  });

  it("compresses what is read whole, and nothing else", async () => {
    const json = utf8(JSON.stringify(Array.from({ length: 2000 }, (_, index) => ({ index, word: "stream" }))));
    const stored = async (key: string) => {
      await store.put(key, json);
      const { ContentLength } = await s3.client.send(new HeadObjectCommand({ Bucket: s3.bucket, Key: key }));
      return ContentLength ?? 0;
    };
    const [manifest, state] = [`job-x/man/${randomUUID()}`, `job-x/st/a/${randomUUID()}`];
    expect(await stored(name)).toBe(json.length);
    for (const key of [manifest, state]) {
      expect(await stored(key)).toBeLessThan(json.length / 3);
      expect(Buffer.compare((await store.get(key)) ?? utf8(""), json)).toBe(0);
      expect(Buffer.compare((await store.getRange(key, 100, 200)) ?? utf8(""), json.subarray(100, 200))).toBe(0);
    }
    const noise = randomBytes(10_000);
    await store.put(`${manifest}-2`, noise);
    expect(Buffer.compare((await store.get(`${manifest}-2`)) ?? utf8(""), noise)).toBe(0);
  });

  it("does not unpack what is no longer what was packed", async () => {
    const key = `job-x/man/${randomUUID()}`;
    const broken = { Body: "not packed", Metadata: { "sluice-encoding": "gzip" } };
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: key, ...broken }));
    await expect(store.get(key)).rejects.toThrow(CorruptDataError);
  });

  it("deletes again what could not be deleted, and tells what must not be", async () => {
    const reply = (code: string): Fault => ({
      status: 200,
      body: `<DeleteResult><Error><Key>${name}</Key><Code>${code}</Code><Message>no</Message></Error></DeleteResult>`,
    });
    await store.put(name, utf8("x"));
    faults("POST", reply("InternalError"));
    await store.delete([name]);
    expect(await store.get(name)).toBeUndefined();
    faults("POST", reply("AccessDenied"));
    await expect(store.delete([name])).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("sends a checksum with what it puts, and asks for it with what it gets", async () => {
    await store.put(name, utf8("x"));
    const reply = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: name, ChecksumMode: "ENABLED" }));
    expect(reply.ChecksumCRC32).toBe("jNwWgw==");
  });
});

describe("S3 file system", () => {
  let s3: S3UnderTest;
  let files: S3FileSystem;
  beforeAll(async () => {
    s3 = await openS3();
    files = new S3FileSystem(s3.client);
  });
  afterAll(() => s3.close());

  it("does not take the objects that stand for directories for files", async () => {
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "shown/", Body: new Uint8Array(0) }));
    await files.putIfAbsent(`s3://${s3.bucket}/shown/a`, utf8("a"));
    expect(await files.list(`s3://${s3.bucket}/shown`)).toMatchObject([{ path: `s3://${s3.bucket}/shown/a`, size: 1 }]);
  });

  it("lists the top of a bucket, also by wildcard", async () => {
    await files.putIfAbsent(`s3://${s3.bucket}/top`, utf8("a"));
    await files.putIfAbsent(`s3a://${s3.bucket}//deep//er/b`, utf8("b"));
    const paths = async (directory: string) => (await files.list(directory)).map(({ path }) => path);
    expect(await paths(`s3://${s3.bucket}`)).toEqual([`s3://${s3.bucket}/top`]);
    expect(await paths(`s3://${s3.bucket}/d*/*`)).toEqual([`s3://${s3.bucket}/deep/er/b`]);
  });

  it("takes no other paths", async () => {
    for (const path of ["/tmp/x", "x", "s3:///x", "https://bucket/x", "s3://buck*/x"]) {
      await expect(files.read(path, 0, 1)).rejects.toThrow(IllegalArgumentError);
    }
  });

  it("tells of a bucket that does not exist", async () => {
    await expect(files.list("s3://sluice-no-such-bucket-a/x")).rejects.toMatchObject({ name: "NoSuchBucket" });
    await expect(files.read("s3://sluice-no-such-bucket-a/x", 0, 1)).rejects.toMatchObject({ name: "NoSuchBucket" });
  });
});
