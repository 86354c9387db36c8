/** The Invoke action, synchronous and asynchronous. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "../http-server.js";
import { errorJson, type Outcome } from "./environment.js";
import type { FunctionVersion, LambdaFunction } from "./functions.js";
import { LambdaError } from "./lambda-error.js";
import type { Pool } from "./pool.js";

/** Request and reply, bytes: 6 MB and a little. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const MAX_SYNC_BYTES = 6 * 1024 * 1024;
const MAX_RESPONSE_BYTES = 6_291_556;
/** Request, bytes. */
const MAX_ASYNC_BYTES = 1024 * 1024;
/** Longest pause between tries of an event that is throttled, milliseconds; AWS goes up to five minutes. */
const MAX_THROTTLE_PAUSE = 1_000;

export interface InvokeRequest {
  readonly owner: LambdaFunction;
  readonly version: FunctionVersion;
  readonly arn: string;
  readonly type: string;
  readonly wantsLog: boolean;
  readonly body: Buffer;
}

export interface InvokeOptions {
  /** Pauses before the first and the second retry of an event that failed, milliseconds; AWS waits one and two minutes. */
  readonly eventRetryMillis: readonly number[];
  readonly log: (functionName: string, line: string) => void;
  readonly logsOf: (functionName: string) => readonly string[];
}

export class Invocations {
  /** Events not done with yet; they go on after the caller has got its 202. */
  readonly #events = new Set<Promise<void>>();
  readonly #end = new AbortController();

  constructor(
    private readonly pool: Pool,
    private readonly options: InvokeOptions,
  ) {}

  async invoke(request: InvokeRequest): Promise<Answer> {
    const id = randomUUID();
    const body = request.body.length === 0 ? Buffer.from("{}") : request.body;
    const headers = { "x-amzn-requestid": id, "x-amz-executed-version": request.version.version };
    checkSize(body, request.type === "Event" ? MAX_ASYNC_BYTES : MAX_SYNC_BYTES, request.type);
    checkJson(body);
    if (request.type === "DryRun") return { status: 204, headers };
    if (request.type === "Event") {
      const event = this.#runEvent({ ...request, body }, id).finally(() => this.#events.delete(event));
      this.#events.add(event);
      return { status: 202, headers };
    }
    const before = this.options.logsOf(request.owner.name).length;
    const { payload, failed } = capped(
      await this.pool.invoke(request.owner, request.version, { id, arn: request.arn, body }),
    );
    const tail = this.options.logsOf(request.owner.name).slice(before).join("\n").slice(-4096);
    return {
      status: 200,
      headers: {
        ...headers,
        "content-type": "application/json",
        ...(failed && { "x-amz-function-error": "Unhandled" }),
        ...(request.wantsLog && { "x-amz-log-result": Buffer.from(tail).toString("base64") }),
      },
      body: payload,
    };
  }

  /** Resolves when all events so far are done with. */
  async settled(): Promise<void> {
    while (this.#events.size > 0) await Promise.all(this.#events);
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.settled();
  }

  /** Until it succeeds, has failed for the last time, or is too old. */
  async #runEvent({ owner, version, arn, body }: InvokeRequest, id: string): Promise<void> {
    const { signal } = this.#end;
    const until = Date.now() + owner.event.maxAgeSeconds * 1000;
    let throttles = 0;
    for (let failures = 0; failures <= owner.event.retries && Date.now() < until && !signal.aborted; ) {
      let wait: number;
      try {
        const { failed } = await this.pool.invoke(owner, version, { id, arn, body });
        if (!failed) return;
        wait = this.options.eventRetryMillis[failures] ?? this.options.eventRetryMillis.at(-1) ?? 0;
        failures += 1;
      } catch {
        wait = Math.min(50 * 2 ** throttles++, MAX_THROTTLE_PAUSE);
      }
      await pause(wait, undefined, { signal }).catch(() => {});
    }
    this.options.log(owner.name, `Event ${id} was given up.`);
  }
}

function checkSize(body: Buffer, limit: number, type: string): void {
  if (body.length <= limit) return;
  const operation = type === "Event" ? "InvokeAsync" : "InvokeFunction";
  throw new LambdaError(
    413,
    "RequestEntityTooLargeException",
    `Request must be smaller than ${limit} bytes for the ${operation} operation`,
  );
}

function checkJson(body: Buffer): void {
  try {
    JSON.parse(body.toString());
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new LambdaError(400, "InvalidRequestContentException", message);
  }
}

function capped(outcome: Outcome): Outcome {
  if (outcome.payload.length <= MAX_RESPONSE_BYTES) return outcome;
  const message = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
  return { payload: errorJson("Function.ResponseSizeTooLarge", message), failed: true };
}
