/**
 * An executor: what one invocation of an executor function does, on any ports.
 *
 * 1. It answers before its time is up, if need be with its own failure: a killed function takes as long to be found out as it
 *    is allowed to run, and its process is lost with all that was warm in it.
 * 2. Only code of the version that planned the batch runs its tasks.
 * 3. When it returns nothing of it is under way any more, unless it has given up.
 */

import { InFlight } from "../shared/aws/index.js";
import { jobName } from "../shared/checkpoint/index.js";
import { encode } from "../shared/codec/index.js";
import { ExecutorLostError } from "../shared/errors/index.js";
import {
  type ExecutorEnvironment,
  type ExecutorReply,
  type ExecutorRequest,
  execute,
  PreparedCache,
  packPayload,
  RequestReader,
  serializeError,
  unpackPayload,
} from "../shared/executor/index.js";
import type { Console, ExecutorPorts } from "../shared/ports/index.js";
import { StateCache } from "../shared/state/index.js";
import type { Expenses } from "./expenses.js";
import { INLINE_BYTES, READ_INLINE_BYTES } from "./inline-bytes.js";
import type { MetricSink, MetricValues } from "./metrics.js";
import type { Program } from "./program.js";
import { settle } from "./settle.js";

/** Kept back of an invocation's time, milliseconds: to write a large reply, and to let calls come to their end. */
const RESERVE_MILLIS = 3_000;

/** Longest wait for calls that are under way when the reply is there, milliseconds. */
const SETTLE_MILLIS = 2_000;

/** An executor says what it cost at most so often, milliseconds: a line for every task would cost more than many tasks do. */
const METRICS_MILLIS = 60_000;

/** What an executor is made of. */
export interface ExecutorParts {
  readonly program: Program;
  readonly codeVersion: string;
  readonly ports: ExecutorPorts;
  readonly console: Console;
  readonly metrics: MetricSink;
  readonly expenses: Expenses;
}

/** Lives as long as its process: graph, state and lineages are warm in the next invocation. */
export class Executor {
  readonly #parts: ExecutorParts;
  readonly #calls = new InFlight();
  readonly #requests = new RequestReader();
  readonly #environment: ExecutorEnvironment;
  readonly #job: string;
  #leftBehind = 0;
  #toldAt: number;

  constructor(parts: ExecutorParts) {
    const { program, codeVersion } = parts;
    const { blocks, table, streams, files, clock, ids } = parts.ports;
    this.#parts = parts;
    this.#job = jobName(program.graph.appName);
    this.#toldAt = clock.monotonic();
    this.#environment = {
      ports: { ...this.#calls.track({ blocks, table, streams, files }), clock, ids },
      graph: program.graph,
      codeVersion,
      state: new StateCache(),
      prepared: new PreparedCache(),
      inlineBytes: INLINE_BYTES,
      allocate: (bytes) => new Uint8Array(bytes),
    };
  }

  /**
   * One invocation: the payload of a request becomes the payload of its reply.
   * @param remainingMillis what it has left.
   * @throws {CheckpointError} {CorruptDataError} when the payload cannot be read.
   */
  async run(payload: unknown, remainingMillis: () => number): Promise<unknown> {
    const { expenses, console, ports } = this.#parts;
    const { blocks, clock, ids } = this.#environment.ports;
    expenses.begin();
    try {
      const request = this.#requests.read(await unpackPayload(payload, blocks));
      const reply = await this.#inTime(request, remainingMillis());
      return await packPayload(encode(reply), { blocks, ids, job: this.#job });
    } finally {
      this.#leftBehind += await settle(this.#calls, { clock: ports.clock, console }, remainingMillis(), SETTLE_MILLIS);
      this.#tell(clock.monotonic());
      expenses.end();
    }
  }

  async #inTime(request: ExecutorRequest, remainingMillis: number): Promise<ExecutorReply> {
    const { clock } = this.#environment.ports;
    const available = remainingMillis - Math.min(RESERVE_MILLIS, remainingMillis / 2);
    const timer = new AbortController();
    const late = clock
      .sleep(available, timer.signal)
      .then(
        (): ExecutorReply =>
          failure(`The executor gives up after ${available} ms: the function's time is nearly up.`, "timeout"),
      );
    try {
      return await Promise.race([this.#answer(request), late]);
    } finally {
      timer.abort();
    }
  }

  async #answer(request: ExecutorRequest): Promise<ExecutorReply> {
    const { codeVersion } = this.#environment;
    if (request.type === "read-shard") {
      return execute({ ...this.#environment, inlineBytes: READ_INLINE_BYTES }, request);
    }
    // Not the task's fault: while a new version is put in place, the next attempt may meet an executor that has it.
    if (request.codeVersion !== codeVersion) {
      return failure(
        `The task belongs to code version ${request.codeVersion}, but this executor runs ${codeVersion}.`,
        "code-version",
      );
    }
    return execute(this.#environment, request);
  }

  #tell(now: number): void {
    if (now - this.#toldAt < METRICS_MILLIS) return;
    const values: MetricValues = { ...this.#parts.expenses.take(), callsLeftBehind: this.#leftBehind };
    this.#toldAt = now;
    this.#leftBehind = 0;
    this.#parts.metrics.publish(values);
  }
}

function failure(message: string, reason: "timeout" | "code-version"): ExecutorReply {
  return { ok: false, error: serializeError(new ExecutorLostError(message, { reason })) };
}
