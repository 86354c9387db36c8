/** The invoker against real processes, with large messages in S3. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { buildSync } from "esbuild";
import { LambdaInvoker, type LambdaInvokerOptions } from "../../shared/aws/lambda-invoker.js";
import { S3BlockStore } from "../../shared/aws/s3-block-store.js";
import { CorruptDataError, ExecutorLostError, ThrottledError } from "../../shared/errors/index.js";
import { INLINE_PAYLOAD_BYTES, packPayload, unpackPayload } from "../../shared/executor/index.js";
import type { Invoker, Target } from "../../shared/ports/index.js";
import { MemoryBlockStore, SequentialIds } from "../../shared/simulation/index.js";
import { RandomIds } from "../../shared/system/index.js";
import { type LambdaHost, startLambdaHost } from "../emulators/lambda-host.js";
import { FaultyHandler } from "./faulty-handler.js";
import { openS3, type S3UnderTest } from "./s3.js";

const any: Target = { type: "any" };

describe("Lambda invoker", () => {
  let s3: S3UnderTest;
  let blocks: S3BlockStore;
  let host: LambdaHost;
  let client: LambdaClient;
  let network: FaultyHandler;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "sluice-executor-"));
    buildSync({
      entryPoints: [join(__dirname, "fixtures/answering.ts")],
      outfile: join(directory, "index.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      banner: { js: 'import { createRequire } from "node:module";const require = createRequire(import.meta.url);' },
      logLevel: "error",
    });
    s3 = await openS3();
    blocks = new S3BlockStore(s3.client, { bucket: s3.bucket });
    host = await startLambdaHost({ endpoint: s3.url, concurrency: 4 });
    const variables = { BUCKET: s3.bucket };
    for (const name of ["executor", "slot-0", "slot-1"]) {
      host.createFunction({ name, directory, variables, timeoutSeconds: 30, memoryMegabytes: 512 });
    }
    host.createFunction({ name: "hasty", directory, variables, timeoutSeconds: 1 });
    host.createFunction({ name: "broken", directory, variables: { ...variables, BROKEN: "yes" } });
    network = new FaultyHandler(new NodeHttpHandler());
    client = new LambdaClient({
      endpoint: host.url,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
      requestHandler: network,
    });
  });
  afterAll(async () => {
    client.destroy();
    await host.stop();
    await s3.close();
    rmSync(directory, { recursive: true });
  });
  afterEach(() => {
    network.faultOf = undefined;
  });

  const invoker = (more: Partial<LambdaInvokerOptions> = {}) =>
    new LambdaInvoker(client, {
      functionName: "executor",
      slots: [],
      parallelism: 4,
      sender: { blocks, ids: new RandomIds(), job: "rpc" },
      ...more,
    });
  const lost = (reason: string) => ({ name: "ExecutorLostError", retry: "task", details: { reason } });

  it("carries values there and back", async () => {
    const value = { count: 12n, when: new Date(0), bytes: Uint8Array.of(1, 2), map: new Map([["a", undefined]]) };
    expect(await invoker().invoke(any, { do: "echo", value })).toEqual(value);
    expect(invoker().parallelism).toBe(4);
  });

  it("sends each slot to its function, and all to one where there are no slots", async () => {
    const slots = ["slot-0", "slot-1"];
    const run = (target: Target, more = { slots }) => invoker(more).invoke(target, { do: "name" });
    for (const slot of [0, 1, 2, 3]) expect(await run({ type: "slot", slot })).toBe(`slot-${slot % 2}`);
    expect(await run(any)).toBe("executor");
    expect(await run({ type: "slot", slot: 1 }, { slots: [] })).toBe("executor");
  });

  it("does in place what is to be done there, if it can", async () => {
    const inPlace: Invoker = { parallelism: 1, invoke: async (_target, request) => ["here", request] };
    expect(await invoker({ inPlace }).invoke({ type: "in-place" }, "work")).toEqual(["here", "work"]);
    expect(await invoker({ inPlace }).invoke(any, { do: "name" })).toBe("executor");
    expect(await invoker().invoke({ type: "in-place" }, { do: "name" })).toBe("executor");
  });

  it("takes the largest message that travels inline", async () => {
    const value = new Uint8Array(INLINE_PAYLOAD_BYTES - 100).fill(9);
    s3.network.sent.length = 0;
    expect(Buffer.compare((await invoker().invoke(any, { do: "echo", value })) as Uint8Array, value)).toBe(0);
    expect(s3.network.sent).toEqual([]);
  });

  it("sends what is larger by way of S3, both ways, and leaves nothing there", async () => {
    const value = new Uint8Array(9_000_000).fill(9);
    expect(Buffer.compare((await invoker().invoke(any, { do: "echo", value })) as Uint8Array, value)).toBe(0);
    expect(await invoker().invoke(any, { do: "large", count: 7_000_000 })).toHaveLength(7_000_000);
    await expect(invoker().invoke(any, { do: "throw", value })).rejects.toMatchObject(lost("crash"));
    expect(await blocks.list("rpc")).toEqual([]);
  }, 30_000);

  it("says that there was no room", async () => {
    const calls = Array.from({ length: 8 }, () => invoker().invoke(any, { do: "echo", value: 1, millis: 500 }));
    const outcomes = await Promise.allSettled(calls);
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
    expect(refused).toHaveLength(4);
    for (const error of refused) expect(error).toBeInstanceOf(ThrottledError);
  });

  it.each([
    ["is killed for want of memory", "executor", { do: "kill" }, "memory"],
    ["exits", "executor", { do: "exit" }, "crash"],
    ["throws", "executor", { do: "throw" }, "crash"],
    ["takes too long", "hasty", { do: "echo", millis: 20_000 }, "timeout"],
    ["cannot start", "broken", { do: "echo" }, "crash"],
  ])("tells an executor that %s", async (_what, functionName, request, reason) => {
    const call = invoker({ functionName }).invoke(any, request);
    await expect(call).rejects.toThrow(ExecutorLostError);
    await expect(call).rejects.toMatchObject(lost(reason));
    await expect(call).rejects.toMatchObject({ details: { functionName } });
  });

  it("tells an executor that was killed from outside", async () => {
    const call = invoker().invoke(any, { do: "echo", millis: 10_000 });
    while (!host.environments("executor").some(({ busy }) => busy)) await pause(5);
    for (const { pid, busy } of host.environments("executor")) if (busy) host.kill(pid);
    await expect(call).rejects.toMatchObject(lost("memory"));
  });

  it("counts on nothing when the connection breaks, and does not call twice", async () => {
    network.sent.length = 0;
    network.faultOf = () => "lose-reply";
    await expect(invoker().invoke(any, { do: "echo" })).rejects.toMatchObject(lost("crash"));
    network.faultOf = () => ({ status: 502, body: "{}", headers: { "x-amzn-errortype": "ServiceException" } });
    await expect(invoker().invoke(any, { do: "echo" })).rejects.toMatchObject(lost("crash"));
    expect(network.sent).toHaveLength(2);
  });

  it("waits for a function that is not ready", async () => {
    const headers = { "x-amzn-errortype": "ResourceConflictException", "content-type": "application/json" };
    network.faultOf = () => ({ status: 409, body: '{"message":"The function is Pending"}', headers });
    await expect(invoker().invoke(any, { do: "echo" })).rejects.toThrow(ThrottledError);
  });

  it("tells as it is what another attempt would not change", async () => {
    const call = invoker({ functionName: "none" }).invoke(any, { do: "echo" });
    await expect(call).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(invoker().invoke(any, { do: "strange" })).rejects.toThrow(CorruptDataError);
  });

  it("gives up when told to, before and during a call", async () => {
    network.sent.length = 0;
    await expect(invoker().invoke(any, { do: "echo" }, AbortSignal.abort("done"))).rejects.toBe("done");
    expect(network.sent).toEqual([]);
    const abort = new AbortController();
    const started = Date.now();
    const call = invoker().invoke(any, { do: "echo", millis: 3000 }, abort.signal);
    setTimeout(() => abort.abort("done"), 100);
    await expect(call).rejects.toBeDefined();
    expect(Date.now() - started).toBeLessThan(2500);
  });
});

describe("payload", () => {
  const blocks = new MemoryBlockStore();
  const sender = { blocks, ids: new SequentialIds(), job: "sent" };

  it("is JSON, small or by name", async () => {
    const small = await packPayload(Uint8Array.of(1, 2), sender);
    expect(small).toEqual({ v: 1, body: expect.any(String) });
    expect([...(await unpackPayload(JSON.parse(JSON.stringify(small)), blocks))]).toEqual([1, 2]);
    const large = await packPayload(new Uint8Array(INLINE_PAYLOAD_BYTES + 1), sender);
    expect(large).toEqual({ v: 1, object: "sent/sh/invoke/id-1" });
    expect(await unpackPayload(large, blocks)).toHaveLength(INLINE_PAYLOAD_BYTES + 1);
  });

  it.each([[null], ["text"], [{}], [{ v: 2, body: "" }], [{ v: 1 }], [{ v: 1, body: 7 }]])(
    "refuses %j",
    async (value) => {
      await expect(unpackPayload(value, blocks)).rejects.toThrow(CorruptDataError);
    },
  );

  it("has a limit that can be lower", async () => {
    const envelope = await packPayload(Uint8Array.of(1, 2), { ...sender, limit: 1 });
    expect(envelope).toEqual({ v: 1, object: expect.stringMatching(/^sent\/sh\/invoke\//) });
    expect([...(await unpackPayload(envelope, blocks))]).toEqual([1, 2]);
  });

  it("tells that an object is gone", async () => {
    await expect(unpackPayload({ v: 1, object: "gone" }, blocks)).rejects.toThrow(ExecutorLostError);
  });
});
