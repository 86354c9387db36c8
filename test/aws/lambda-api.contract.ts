/** What the engine and a deployment expect of Lambda: the same for a host of ours, another emulator, and the real one. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  type InvokeCommandInput,
  type LambdaClient,
  ListFunctionsCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { until } from "../support/eventually.js";
import { zip } from "./zip.js";

export interface LambdaSubject {
  readonly client: LambdaClient;
  /** ARN of a role that functions may have. */
  readonly role: string;
  /** True where also reserved concurrency is kept to, and payloads are looked at, which LocalStack 4.14 does not do. */
  readonly strict: boolean;
  close(): Promise<void>;
}

const obedient = readFileSync(join(__dirname, "fixtures/obedient.mjs"), "utf8");

/** What every Lambda API does. */
export function describeLambdaApi(name: string, make: () => Promise<LambdaSubject>): void {
  describe(`Lambda API: ${name}`, () => {
    let lambda: LambdaClient;
    let subject: LambdaSubject;
    let FunctionName: string;
    const made: string[] = [];

    beforeAll(async () => {
      subject = await make();
      lambda = subject.client;
      FunctionName = await create(
        { "index.mjs": obedient },
        { Timeout: 2, Environment: { Variables: { COLOUR: "red" } } },
      );
    }, 60_000);
    afterAll(async () => {
      await Promise.all(made.map((each) => lambda.send(new DeleteFunctionCommand({ FunctionName: each }))));
      await subject.close();
    });

    async function create(files: Record<string, string>, more: object = {}): Promise<string> {
      const FunctionName = `sluice-test-${randomUUID()}`;
      const basics = { Runtime: "nodejs22.x" as const, Handler: "index.handler", Role: subject.role };
      const Code = { ZipFile: zip(files) };
      await lambda.send(new CreateFunctionCommand({ FunctionName, ...basics, Code, ...more }));
      made.push(FunctionName);
      await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName });
      return FunctionName;
    }

    const updated = (name: string) =>
      waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName: name });

    async function invoke(event: unknown, more: Partial<InvokeCommandInput> = {}) {
      const Payload = Buffer.from(JSON.stringify(event));
      const reply = await lambda.send(new InvokeCommand({ FunctionName, Payload, ...more }));
      const text = Buffer.from(reply.Payload ?? []).toString();
      return { ...reply, value: text === "" ? undefined : JSON.parse(text) };
    }

    it("returns what the function returns", async () => {
      const value = { text: "grüße 😀", list: [1, null, true] };
      expect(await invoke({ do: "echo", value })).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST", value });
      expect((await invoke({ do: "nothing" })).value).toBeNull();
    });

    it("uses an environment again, and tells the function where it is", async () => {
      const [first, second] = [(await invoke({ do: "facts" })).value, (await invoke({ do: "facts" })).value];
      expect(second).toMatchObject({ pid: first.pid, calls: first.calls + 1, name: FunctionName, version: "$LATEST" });
      expect(second.requestId).not.toBe(first.requestId);
      expect(second.arn).toMatch(new RegExp(`^arn:aws:lambda:[^:]+:\\d{12}:function:${FunctionName}$`));
      expect(second.remaining).toBeGreaterThan(500);
      expect(second.remaining).toBeLessThanOrEqual(2000);
      expect(second.environment).toMatchObject({ COLOUR: "red", AWS_LAMBDA_FUNCTION_NAME: FunctionName });
      for (const name of ["AWS_REGION", "AWS_ACCESS_KEY_ID", "LAMBDA_TASK_ROOT"])
        expect(second.environment[name]).toBeTruthy();
    });

    it("gives every invocation at a time an environment of its own", async () => {
      const all = await Promise.all(Array.from({ length: 3 }, () => invoke({ do: "sleep", millis: 300 })));
      expect(all.map(({ value }) => value)).toEqual(["awake", "awake", "awake"]);
      const facts = await Promise.all(Array.from({ length: 3 }, () => invoke({ do: "facts" })));
      expect(facts.every(({ value }) => value.calls > 0)).toBe(true);
    });

    it("tells an error of the function", async () => {
      const { FunctionError, StatusCode, value } = await invoke({ do: "fail", message: "no" });
      expect({ FunctionError, StatusCode }).toEqual({ FunctionError: "Unhandled", StatusCode: 200 });
      expect(value).toMatchObject({ errorType: "TypeError", errorMessage: "no" });
      expect(value.trace[0]).toBe("TypeError: no");
      expect((await invoke({ do: "echo", value: 1 })).value).toBe(1);
    });

    it.each([
      ["exits", { do: "exit", code: 3 }, "Runtime.ExitError", /exit status 3/],
      [
        "exits without a reason",
        { do: "exit", code: 0 },
        "Runtime.ExitError",
        /exited without providing a reason|exit status 0/,
      ],
      [
        "is killed",
        { do: "kill", signal: "SIGKILL" },
        "Runtime.ExitError|Runtime.OutOfMemory",
        /signal: (killed|SIGKILL)/,
      ],
      ["drops a rejection", { do: "reject" }, "Runtime.UnhandledPromiseRejection", /nobody waits for this/],
    ])("tells that the process %s, and starts another one", async (_how, event, type, message) => {
      const { FunctionError, value } = await invoke(event);
      expect(FunctionError).toBe("Unhandled");
      expect(value.errorType).toMatch(new RegExp(`^(${type})$`));
      expect(value.errorMessage).toMatch(message);
      expect((await invoke({ do: "facts" })).value.calls).toBeGreaterThan(0);
    });

    it("ends what takes too long", async () => {
      const { FunctionError, value } = await invoke({ do: "sleep", millis: 30_000 });
      expect(FunctionError).toBe("Unhandled");
      expect(value.errorMessage).toMatch(/Task timed out after 2(\.00)? seconds/);
      expect((await invoke({ do: "echo", value: 1 })).value).toBe(1);
    }, 30_000);

    it.each([
      [
        "a module is missing",
        { "index.mjs": 'import "./none.mjs"; export const handler = () => 1;' },
        "Runtime.ImportModuleError",
      ],
      ["the handler is missing", { "index.mjs": "export const other = () => 1;" }, "Runtime.HandlerNotFound"],
      ["the file is missing", { "other.mjs": "export const handler = () => 1;" }, "Runtime.ImportModuleError"],
    ])(
      "tells that it cannot start: %s",
      async (_what, files, type) => {
        const broken = await create(files);
        for (const attempt of [1, 2]) {
          const { FunctionError, value } = await invoke({}, { FunctionName: broken });
          expect([attempt, FunctionError, value.errorType]).toEqual([attempt, "Unhandled", type]);
        }
      },
      30_000,
    );

    it("takes requests and replies up to 6 MB", async () => {
      const large = "x".repeat(5_900_000);
      expect((await invoke({ do: "echo", value: large })).value).toHaveLength(large.length);
      await expect(invoke({ do: "echo", value: "x".repeat(6_400_000) })).rejects.toMatchObject({
        $metadata: { httpStatusCode: 413 },
      });
      const { FunctionError, value } = await invoke({ do: "letters", count: 6_400_000 });
      expect(FunctionError).toBe("Unhandled");
      expect(value.errorType).toBe("Function.ResponseSizeTooLarge");
    }, 30_000);

    it("takes events, up to 1 MB, and runs them behind the caller's back", async () => {
      const Event = { InvocationType: "Event" as const };
      const before = (await invoke({ do: "facts" })).value.calls;
      const reply = await invoke({ do: "echo", value: 1 }, Event);
      expect(reply).toMatchObject({ StatusCode: 202, value: undefined });
      await until(async () => (await invoke({ do: "facts" })).value.calls > before + 1, 20_000);
      await expect(invoke({ do: "echo", value: "x".repeat(1_100_000) }, Event)).rejects.toMatchObject({
        $metadata: { httpStatusCode: 413 },
      });
    }, 30_000);

    it("refuses what is not there", async () => {
      const missing = { name: "ResourceNotFoundException", $metadata: { httpStatusCode: 404 } };
      await expect(invoke({}, { FunctionName: "sluice-none" })).rejects.toMatchObject(missing);
      await expect(invoke({}, { Qualifier: "99" })).rejects.toMatchObject(missing);
      await expect(lambda.send(new GetFunctionCommand({ FunctionName: "sluice-none" }))).rejects.toMatchObject(missing);
      if (!subject.strict) return;
      const wrong = { name: "InvalidRequestContentException", $metadata: { httpStatusCode: 400 } };
      await expect(invoke({}, { Payload: Buffer.from("{no json") })).rejects.toMatchObject(wrong);
    });

    it("keeps to a function's reserved concurrency", async () => {
      if (!subject.strict) return;
      const narrow = await create({ "index.mjs": obedient });
      const reserve = (ReservedConcurrentExecutions: number) =>
        lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: narrow, ReservedConcurrentExecutions }));
      await reserve(1);
      const calls = [1, 2, 3].map(() => invoke({ do: "sleep", millis: 1000 }, { FunctionName: narrow }));
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      const throttled = { name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } };
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(outcome.reason).toMatchObject(throttled);
      await reserve(0);
      await expect(invoke({}, { FunctionName: narrow })).rejects.toMatchObject(throttled);
    }, 30_000);

    it("keeps versions and moves aliases", async () => {
      const code = (value: number) => ({
        "index.mjs": `export const handler = (event, { functionVersion }) => [${value}, functionVersion];`,
      });
      const FunctionName = await create(code(1));
      const publish = async () => (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version;
      const update = async (value: number) => {
        await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: zip(code(value)) }));
        await updated(FunctionName);
      };
      const run = async (Qualifier?: string) =>
        (await invoke({}, { FunctionName, ...(Qualifier && { Qualifier }) })).value;
      expect(await publish()).toBe("1");
      expect(await publish()).toBe("1");
      await update(2);
      expect([await run(), await run("1")]).toEqual([
        [2, "$LATEST"],
        [1, "1"],
      ]);
      await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
      expect(await run("live")).toEqual([1, "1"]);
      expect(await publish()).toBe("2");
      await lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2" }));
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
      for (const name of [
        `${FunctionName}:live`,
        `${Configuration?.FunctionArn}:live`,
        `${Configuration?.FunctionArn}:2`,
      ]) {
        expect((await invoke({}, { FunctionName: name })).value).toEqual([2, "2"]);
      }
    }, 60_000);

    it("takes new settings", async () => {
      const FunctionName = await create({ "index.mjs": obedient });
      const before = (await invoke({ do: "facts" }, { FunctionName })).value;
      const change = { Environment: { Variables: { COLOUR: "blue" } }, Timeout: 7, MemorySize: 256 };
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...change }));
      await updated(FunctionName);
      const after = (await invoke({ do: "facts" }, { FunctionName })).value;
      expect(after.environment).toMatchObject({ COLOUR: "blue", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" });
      expect(after.remaining).toBeGreaterThan(3000);
      expect(after.pid).not.toBe(before.pid);
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName }));
      expect(Configuration).toMatchObject({ ...change, Handler: "index.handler", State: "Active" });
      const names: (string | undefined)[] = [];
      for (let Marker: string | undefined, more = true; more; more = Marker !== undefined) {
        const page = await lambda.send(new ListFunctionsCommand({ Marker }));
        names.push(...(page.Functions ?? []).map((each) => each.FunctionName));
        Marker = page.NextMarker;
      }
      expect(names).toContain(FunctionName);
    }, 30_000);
  });
}
