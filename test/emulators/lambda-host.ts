/**
 * Lambda on this machine: the API, and a process for every execution environment, so that one can be killed, stopped and
 * started like the real ones. Functions run under this Node, whatever their `Runtime` says.
 */
import type { IncomingMessage } from "node:http";
import { fileURLToPath } from "node:url";
import { type Answer, listen, type RunningServer, readBody, send } from "./http-server.js";
import { answerFunction, answerFunctions } from "./lambda/api.js";
import { CodeStore, DIRECTORY_BUCKET } from "./lambda/code-store.js";
import { settingsOf } from "./lambda/configuration.js";
import { Functions, LambdaFunction, parseName } from "./lambda/functions.js";
import { Invocations } from "./lambda/invoke.js";
import { LambdaError } from "./lambda/lambda-error.js";
import { Pool } from "./lambda/pool.js";

export interface LambdaHostOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** What functions get as AWS_ENDPOINT_URL, and where code in S3 is read from. A function, when it is known only later. */
  readonly endpoint?: string | (() => string | undefined);
  /** How many invocations can run at a time. Default: 1000, as in a new region. */
  readonly concurrency?: number;
  /** Pauses before the retries of failed events, milliseconds. Default: 500 and 1000; AWS waits minutes. */
  readonly eventRetryMillis?: readonly number[];
  /** How long an environment may take to start, milliseconds. Default: 30,000, because test machines are slow; AWS has 10,000. */
  readonly initTimeoutMillis?: number;
  /** Stop processes between invocations, as AWS does. Default: false. */
  readonly freezeIdle?: boolean;
  /** The script that environments run. Default: the one next to this file. */
  readonly runtime?: string;
}

/** An execution environment as a test sees it. */
export interface EnvironmentInfo {
  readonly pid: number;
  readonly functionName: string;
  readonly version: string;
  readonly busy: boolean;
  readonly invocations: number;
  readonly initMillis: number | undefined;
}

export interface NewFunction {
  readonly name: string;
  /** Unpacked code, used where it lies. */
  readonly directory: string;
  /** Default: `index.handler`. */
  readonly handler?: string;
  readonly timeoutSeconds?: number;
  readonly memoryMegabytes?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/** Most lines of a function's log that are kept. */
const MAX_LOG_LINES = 20_000;

export async function startLambdaHost(options: LambdaHostOptions = {}): Promise<LambdaHost> {
  const host = new LambdaHost(options);
  await host.start(options.port);
  return host;
}

export class LambdaHost implements RunningServer {
  readonly #functions = new Functions();
  readonly #logs = new Map<string, string[]>();
  readonly #codes: CodeStore;
  readonly #pool: Pool;
  readonly #invocations: Invocations;
  #server: RunningServer | undefined;
  /** Processes must not outlive this one, however it ends. */
  readonly #atExit = () => {
    for (const { pid } of this.environments()) signal(pid, "SIGKILL");
    this.#codes.remove();
  };

  /** Use {@link startLambdaHost}. */
  constructor(private readonly options: LambdaHostOptions) {
    const log = (functionName: string, line: string) => this.#log(functionName, line);
    this.#codes = new CodeStore((bucket, key) => this.#readObject(bucket, key));
    this.#pool = new Pool(this.#functions, {
      concurrency: options.concurrency ?? 1000,
      runtime: options.runtime ?? fileURLToPath(new URL("./lambda/runtime.mjs", import.meta.url)),
      variables: () => {
        const endpoint = this.#endpoint();
        return endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint };
      },
      initTimeoutMillis: options.initTimeoutMillis ?? 30_000,
      freezeIdle: options.freezeIdle ?? false,
      log,
    });
    this.#invocations = new Invocations(this.#pool, {
      eventRetryMillis: options.eventRetryMillis ?? [500, 1000],
      log,
      logsOf: (functionName) => this.logs(functionName),
    });
  }

  async start(port?: number): Promise<void> {
    this.#server = await listen(async (request, response) => send(response, await this.#answerTo(request)), port);
    process.once("exit", this.#atExit);
  }

  get url(): string {
    return this.#server?.url ?? "";
  }

  /** Kills all environments. */
  async stop(): Promise<void> {
    const events = this.#invocations.stop();
    await this.#pool.stop();
    await events;
    await this.#server?.stop();
    process.off("exit", this.#atExit);
    this.#codes.remove();
  }

  /** Creates a function without going through the API. */
  createFunction({ name, directory, handler, timeoutSeconds, memoryMegabytes, variables }: NewFunction): void {
    const settings = settingsOf({
      ...(handler !== undefined && { Handler: handler }),
      ...(timeoutSeconds !== undefined && { Timeout: timeoutSeconds }),
      ...(memoryMegabytes !== undefined && { MemorySize: memoryMegabytes }),
      Environment: { Variables: variables ?? {} },
    });
    this.#functions.add(new LambdaFunction(name, settings, { directory, sha256: "", size: 0 }));
  }

  /** Environments that are alive, those used last at the end. */
  environments(functionName?: string): readonly EnvironmentInfo[] {
    return this.#pool.all().flatMap(({ pid, version, busy, invocations, initMillis }) => {
      const wanted = functionName === undefined || version.functionName === functionName;
      if (pid === undefined || !wanted) return [];
      return [{ pid, functionName: version.functionName, version: version.version, busy, invocations, initMillis }];
    });
  }

  /** Kills an environment, as a host that dies does (SIGKILL). */
  kill(pid: number): void {
    signal(this.#own(pid), "SIGKILL");
  }

  /** Stops an environment in the middle of whatever it does (SIGSTOP), until {@link thaw}; its time goes on. */
  freeze(pid: number): void {
    signal(this.#own(pid), "SIGSTOP");
  }

  thaw(pid: number): void {
    signal(this.#own(pid), "SIGCONT");
  }

  /** What a function's environments wrote, and START, END and REPORT of its invocations; a line each. */
  logs(functionName: string): readonly string[] {
    return this.#logs.get(functionName) ?? [];
  }

  /** Resolves when all asynchronous invocations so far are done with. */
  settled(): Promise<void> {
    return this.#invocations.settled();
  }

  async #answerTo(request: IncomingMessage): Promise<Answer> {
    try {
      return await this.#route(request);
    } catch (error) {
      const known = error instanceof LambdaError ? error : new LambdaError(500, "ServiceException", String(error));
      return known.answer();
    }
  }

  async #route(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://host");
    const body = await readBody(request);
    const [, resource, name, ...rest] = pathname.split("/").filter(Boolean).map(decodeURIComponent);
    if (resource !== "functions")
      throw new LambdaError(404, "UnknownOperationException", `There is no ${pathname} here.`);
    const api = { method: request.method ?? "GET", query, body };
    const world = {
      functions: this.#functions,
      loadCode: (code: Parameters<CodeStore["load"]>[0]) => this.#codes.load(code),
      changed: () => this.#retire(),
    };
    if (name === undefined) return answerFunctions(api, world);
    const { name: functionName, qualifier = query.get("Qualifier") ?? undefined } = parseName(name);
    const owner = this.#functions.get(functionName);
    if (rest.join("/") !== "invocations") return answerFunction(api, world, owner, qualifier, rest);
    return this.#invocations.invoke({
      owner,
      version: owner.resolve(qualifier),
      arn: qualifier === undefined ? owner.arn : `${owner.arn}:${qualifier}`,
      type: String(request.headers["x-amz-invocation-type"] ?? "RequestResponse"),
      wantsLog: request.headers["x-amz-log-type"] === "Tail",
      body,
    });
  }

  #retire(): void {
    const all = this.#functions.all();
    this.#pool.retire((version) =>
      all.some((each) => each.latest === version || each.versions.get(version.version) === version),
    );
  }

  async #readObject(bucket: string, key: string): Promise<Uint8Array> {
    const path = key.split("/").map(encodeURIComponent).join("/");
    const response = await fetch(`${this.#endpoint()}/${bucket}/${path}`, { headers: S3_SCOPE });
    if (!response.ok) throw new Error(`S3 answered ${response.status} for ${bucket}/${key}`);
    return new Uint8Array(await response.arrayBuffer());
  }

  #endpoint(): string | undefined {
    const { endpoint } = this.options;
    return typeof endpoint === "function" ? endpoint() : endpoint;
  }

  #log(functionName: string, line: string): void {
    const lines = this.#logs.get(functionName) ?? [];
    lines.push(line);
    if (lines.length > MAX_LOG_LINES) lines.splice(0, MAX_LOG_LINES / 2);
    this.#logs.set(functionName, lines);
  }

  #own(pid: number): number {
    if (!this.environments().some((environment) => environment.pid === pid)) throw new Error(`No environment ${pid}`);
    return pid;
  }
}

export { DIRECTORY_BUCKET };

/** Enough of a signature for a gateway to know the service by; emulators do not verify it. */
const S3_SCOPE = { authorization: "AWS4-HMAC-SHA256 Credential=test/20240101/us-east-1/s3/aws4_request" };

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}
