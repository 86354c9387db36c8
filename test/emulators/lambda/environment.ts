/**
 * An execution environment: a process of its own that serves one invocation at a time, over the Lambda Runtime API.
 * It can be killed and stopped from outside at any moment; every invocation ends with an outcome all the same.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createInterface } from "node:readline";
import { listen, readBody, send } from "../http-server.js";
import { type FunctionVersion, REGION } from "./functions.js";

export interface Invocation {
  readonly id: string;
  /** As the caller named it. */
  readonly arn: string;
  readonly body: Uint8Array;
}

export interface Outcome {
  readonly payload: Uint8Array;
  /** What the caller gets in `X-Amz-Function-Error`. */
  readonly failed: boolean;
}

export interface EnvironmentOptions {
  readonly runtime: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly initTimeoutMillis: number;
  /** Stop the process between invocations, as AWS does. */
  readonly freezeIdle: boolean;
  readonly log: (line: string) => void;
  readonly onExit: () => void;
}

interface Running {
  readonly invocation: Invocation;
  readonly settle: (outcome: Outcome) => void;
  /** When it was handed over; `undefined` while the environment starts. */
  started?: number;
  timer?: NodeJS.Timeout;
}

export class Environment {
  readonly startedAt = Date.now();
  invocations = 0;
  /** Milliseconds from the start of the process to its first question for work. */
  initMillis: number | undefined;
  #process: ChildProcess | undefined;
  #running: Running | undefined;
  /** The runtime's question for work, not answered yet. */
  #poll: ServerResponse | undefined;
  #initError: Buffer | undefined;
  #failed = false;
  #stopped = false;
  #exited: Promise<void> = Promise.resolve();

  private constructor(
    readonly version: FunctionVersion,
    readonly options: EnvironmentOptions,
  ) {}

  /** Does not wait for the process to be ready: an invocation does. */
  static start(version: FunctionVersion, options: EnvironmentOptions): Environment {
    const environment = new Environment(version, options);
    environment.#exited = environment.#start();
    return environment;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get busy(): boolean {
    return this.#running !== undefined;
  }

  /** Free for an invocation. After a failure the process may be about to exit: it has to ask for work first. */
  get idle(): boolean {
    return !this.busy && !this.#stopped && (this.#poll !== undefined || !this.#failed);
  }

  /** Runs one invocation. Never rejects. */
  invoke(invocation: Invocation): Promise<Outcome> {
    this.invocations += 1;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(this.#running?.timer);
        this.#report();
        this.#running = undefined;
        this.#failed = outcome.failed;
        resolve(outcome);
      };
      this.#running = { invocation, settle };
      if (this.initMillis === undefined)
        this.#after(this.options.initTimeoutMillis, this.options.initTimeoutMillis / 1000);
      this.#handOver();
    });
  }

  /** Kills the process and waits for its end. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#process?.kill("SIGKILL");
    await this.#exited;
  }

  async #start(): Promise<void> {
    const server = await listen((request, response) => void this.#answer(request, response).catch(() => {}));
    const { options, version } = this;
    const heap = Math.max(64, Math.floor(version.memoryMegabytes * 0.9));
    const child = spawn(process.execPath, [`--max-old-space-size=${heap}`, options.runtime], {
      cwd: version.code.directory,
      env: {
        ...options.variables,
        ...environmentOf(version),
        AWS_LAMBDA_RUNTIME_API: server.url.slice("http://".length),
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", options.log);
    if (this.#stopped) child.kill("SIGKILL");
    const end = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.once("exit", (code, signal) => resolve({ code, signal }));
      child.once("error", () => resolve({ code: 1, signal: null }));
    });
    await server.stop();
    options.onExit();
    this.#running?.settle(failure(this.#initError ?? this.#exitError(end.code, end.signal)));
  }

  /** The Runtime API. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? "").replace("/2018-06-01/runtime/", "");
    const body = await readBody(request);
    if (path === "invocation/next") {
      this.initMillis ??= Date.now() - this.startedAt;
      this.#poll = response;
      if (this.#running?.started === undefined) this.#handOver();
      if (this.#poll !== undefined && this.options.freezeIdle) this.#process?.kill("SIGSTOP");
      return;
    }
    if (path === "init/error") this.#initError = body;
    const [, id, what] = /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (id !== undefined && id === this.#running?.invocation.id)
      this.#running.settle({ payload: body, failed: what === "error" });
    send(response, { status: 202, body: '{"status":"OK"}' });
  }

  /** Gives the invocation to the runtime, if both are there. */
  #handOver(): void {
    const [running, poll] = [this.#running, this.#poll];
    if (running === undefined || poll === undefined) return;
    this.#poll = undefined;
    if (this.options.freezeIdle) this.#process?.kill("SIGCONT");
    const { timeoutSeconds } = this.version;
    const { id, arn, body } = running.invocation;
    running.started = Date.now();
    this.#after(timeoutSeconds * 1000, timeoutSeconds);
    this.options.log(`START RequestId: ${id} Version: ${this.version.version}`);
    send(poll, {
      status: 200,
      headers: {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": id,
        "lambda-runtime-invoked-function-arn": arn,
        "lambda-runtime-deadline-ms": String(running.started + timeoutSeconds * 1000),
      },
      body,
    });
  }

  /** The invocation ends, with its environment, after so long. */
  #after(millis: number, seconds: number): void {
    const running = this.#running;
    if (running === undefined) return;
    clearTimeout(running.timer);
    running.timer = setTimeout(() => {
      const message = `RequestId: ${running.invocation.id} Error: Task timed out after ${seconds.toFixed(2)} seconds`;
      this.options.log(message);
      running.settle(failure(errorJson("Sandbox.Timedout", message)));
      void this.stop();
    }, millis);
  }

  #exitError(code: number | null, signal: NodeJS.Signals | null): Buffer {
    const how = signal === null ? `exit status ${code}` : `signal: ${SIGNALS[signal] ?? signal.toLowerCase()}`;
    const what = code === 0 ? "Runtime exited without providing a reason" : `Runtime exited with error: ${how}`;
    const message = `RequestId: ${this.#running?.invocation.id} Error: ${what}`;
    this.options.log(message);
    return errorJson("Runtime.ExitError", message);
  }

  #report(): void {
    const { invocation, started } = this.#running ?? {};
    if (invocation === undefined || started === undefined) return;
    const millis = Date.now() - started;
    const init =
      this.invocations === 1 && this.initMillis !== undefined ? `\tInit Duration: ${this.initMillis} ms` : "";
    this.options.log(`END RequestId: ${invocation.id}`);
    this.options.log(
      `REPORT RequestId: ${invocation.id}\tDuration: ${millis} ms\tMemory Size: ${this.version.memoryMegabytes} MB${init}`,
    );
  }
}

/** As the runtime's supervisor, written in Go, spells them. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: "killed",
  SIGABRT: "aborted",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

function failure(payload: Uint8Array): Outcome {
  return { payload, failed: true };
}

export function errorJson(errorType: string, errorMessage: string): Buffer {
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html */
function environmentOf(version: FunctionVersion): NodeJS.ProcessEnv {
  const { functionName, memoryMegabytes, code, handler, variables } = version;
  return {
    ...variables,
    PATH: process.env.PATH,
    TZ: ":UTC",
    _HANDLER: handler,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[${version.version}]`,
    LAMBDA_TASK_ROOT: code.directory,
  };
}
