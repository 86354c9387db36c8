import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import {
  DIRECTORY_BUCKET,
  type LambdaHost,
  type LambdaHostOptions,
  startLambdaHost,
} from "../emulators/lambda-host.js";
import { describeLambdaApi } from "./lambda-api.contract.js";
import { openS3 } from "./s3.js";
import { zip } from "./zip.js";

const ROLE = "arn:aws:iam::000000000000:role/anybody";
const endpoint = process.env.SLUICE_ENDPOINT;

function clientOf(url: string): LambdaClient {
  return new LambdaClient({
    endpoint: url,
    region: process.env.AWS_REGION ?? "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler(),
  });
}

describeLambdaApi("host", async () => {
  const host = await startLambdaHost();
  const client = clientOf(host.url);
  const close = async () => {
    client.destroy();
    await host.stop();
  };
  return { client, role: ROLE, strict: true, close };
});

if (endpoint !== undefined) {
  describeLambdaApi("endpoint", async () => {
    const client = clientOf(endpoint);
    const role = process.env.SLUICE_LAMBDA_ROLE ?? ROLE;
    return {
      client,
      role,
      strict: process.env.SLUICE_STRICT_LAMBDA === "true",
      close: async () => client.destroy(),
    };
  });
}

describe("Lambda host", () => {
  let directory: string;
  let host: LambdaHost;
  let lambda: LambdaClient;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "sluice-function-"));
    copyFileSync(join(__dirname, "fixtures/obedient.mjs"), join(directory, "index.mjs"));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const open = async (options: LambdaHostOptions = {}) => {
    host = await startLambdaHost({ eventRetryMillis: [50, 100], ...options });
    lambda = clientOf(host.url);
    host.createFunction({ name: "f", directory, timeoutSeconds: 20 });
  };
  afterEach(async () => {
    lambda.destroy();
    await host.stop();
  });

  const invoke = async (event: unknown, more: object = {}) => {
    const Payload = Buffer.from(JSON.stringify(event));
    const reply = await lambda.send(new InvokeCommand({ FunctionName: "f", Payload, ...more }));
    const text = Buffer.from(reply.Payload ?? []).toString();
    return { ...reply, value: text === "" ? undefined : JSON.parse(text) };
  };
  /** The process that has begun to work for a function. */
  const busy = async (name = "f") => {
    for (;;) {
      const found = host
        .environments(name)
        .find((environment) => environment.busy && environment.initMillis !== undefined);
      if (found !== undefined) return found.pid;
      await pause(5);
    }
  };

  it("answers warm within a few milliseconds", async () => {
    await open();
    await invoke({ do: "nothing" });
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      await invoke({ do: "nothing" });
      times.push(performance.now() - start);
    }
    times.sort((left, right) => left - right);
    expect(host.environments()).toMatchObject([
      { functionName: "f", version: "$LATEST", busy: false, invocations: 51 },
    ]);
    // Generous, for machines with other things to do.
    expect(times[25]).toBeLessThan(20);
  });

  it("kills an environment in the middle of its work", async () => {
    await open();
    const call = invoke({ do: "sleep", millis: 15_000 });
    host.kill(await busy());
    expect(await call).toMatchObject({ FunctionError: "Unhandled", value: { errorType: "Runtime.ExitError" } });
    expect((await invoke({ do: "facts" })).value.calls).toBe(1);
    expect(() => host.kill(process.pid)).toThrow();
  });

  it("freezes an environment, and lets it go on", async () => {
    await open();
    let over = false;
    const call = invoke({ do: "sleep", millis: 200 }).finally(() => {
      over = true;
    });
    const pid = await busy();
    host.freeze(pid);
    await pause(500);
    expect(over).toBe(false);
    host.thaw(pid);
    expect((await call).value).toBe("awake");
  });

  it("ends a frozen environment when its time is over", async () => {
    await open();
    host.createFunction({ name: "short", directory, timeoutSeconds: 1 });
    const call = invoke({ do: "sleep", millis: 5000 }, { FunctionName: "short" });
    const pid = await busy("short");
    host.freeze(pid);
    expect((await call).value).toMatchObject({ errorType: "Sandbox.Timedout" });
    while (host.environments("short").length > 0) await pause(5);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it("goes on with what a caller has given up", async () => {
    await open();
    const abort = new AbortController();
    const Payload = Buffer.from(JSON.stringify({ do: "say", millis: 300, text: "done all the same" }));
    const call = lambda.send(new InvokeCommand({ FunctionName: "f", Payload }), { abortSignal: abort.signal });
    await busy();
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(host.logs("f")).not.toContain("done all the same");
    while (host.environments("f").some((environment) => environment.busy)) await pause(5);
    expect(host.logs("f")).toContain("done all the same");
  });

  it("ends in a crash when the heap is full", async () => {
    await open();
    host.createFunction({ name: "small", directory, memoryMegabytes: 128, timeoutSeconds: 60 });
    const { value } = await invoke({ do: "fill" }, { FunctionName: "small" });
    expect(value).toMatchObject({
      errorType: "Runtime.ExitError",
      errorMessage: expect.stringContaining("signal: aborted"),
    });
  }, 60_000);

  it("tries events three times, and waits where there is no room", async () => {
    await open({ concurrency: 1 });
    const Event = { InvocationType: "Event" };
    await invoke({ do: "fail", message: "again" }, Event);
    await host.settled();
    expect(host.logs("f").filter((line) => line.startsWith("Invoke Error"))).toHaveLength(3);
    expect(host.logs("f").at(-1)).toMatch(/^Event .* was given up\.$/);

    const call = invoke({ do: "sleep", millis: 300 });
    await busy();
    await expect(invoke({ do: "nothing" })).rejects.toMatchObject({
      name: "TooManyRequestsException",
      Reason: "ConcurrentInvocationLimitExceeded",
    });
    await invoke({ do: "say", text: "waited" }, Event);
    await Promise.all([call, host.settled()]);
    expect(host.logs("f")).toContain("waited");
  });

  it("keeps the log, and tells its end to who asks", async () => {
    await open();
    const { LogResult = "" } = await invoke({ do: "say", text: "a line" }, { LogType: "Tail" });
    expect(Buffer.from(LogResult, "base64").toString()).toMatch(
      /^START RequestId: .*\nEND .*\nREPORT .*Init Duration: \d+ ms/s,
    );
    await invoke({ do: "nothing" });
    expect(host.logs("f")).toContain("a line");
    expect(host.logs("none")).toEqual([]);
  });

  it("takes code from a directory, and names an endpoint", async () => {
    await open({ endpoint: () => "http://127.0.0.1:9" });
    const basics = { Runtime: "nodejs22.x", Handler: "index.handler", Role: ROLE } as const;
    const Code = { S3Bucket: DIRECTORY_BUCKET, S3Key: directory };
    await lambda.send(new CreateFunctionCommand({ FunctionName: "d", ...basics, Code }));
    const { value } = await invoke({ do: "facts" }, { FunctionName: "d" });
    expect(value.environment).toMatchObject({ AWS_ENDPOINT_URL: "http://127.0.0.1:9", LAMBDA_TASK_ROOT: directory });
    const missing = { FunctionName: "m", ...basics, Code: { S3Bucket: "b", S3Key: "k" } };
    await expect(lambda.send(new CreateFunctionCommand(missing))).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  });

  it("takes code from S3", async () => {
    const s3 = await openS3();
    await open({ endpoint: s3.url });
    const Body = zip({ "lib/index.mjs": "export const handler = async (event) => [event];" });
    await s3.client.send(new PutObjectCommand({ Bucket: s3.bucket, Key: "assets/a b.zip", Body }));
    const Code = { S3Bucket: s3.bucket, S3Key: "assets/a b.zip" };
    const basics = { Runtime: "nodejs22.x", Handler: "lib/index.handler", Role: ROLE } as const;
    await lambda.send(new CreateFunctionCommand({ FunctionName: "z", ...basics, Code }));
    expect((await invoke("x", { FunctionName: "z" })).value).toEqual(["x"]);
    await s3.close();
  });

  it("stops processes between invocations when told to", async () => {
    await open({ freezeIdle: true });
    const [first, second] = [(await invoke({ do: "facts" })).value, (await invoke({ do: "facts" })).value];
    expect(second).toMatchObject({ pid: first.pid, calls: 2 });
  });

  it("leaves no process behind", async () => {
    await open();
    const { value } = await invoke({ do: "facts" });
    const call = invoke({ do: "sleep", millis: 10_000 }).catch(() => {});
    await busy();
    await host.stop();
    await call;
    expect(() => process.kill(value.pid, 0)).toThrow();
  });
});
