import type { ExecutorReply, ExecutorRequest, ReadShardResult } from "../shared/executor/index.js";
import type { Invoker, Target } from "../shared/ports/index.js";
import type { MetricValues } from "./metrics.js";

/** Code of `ExecutorLostError`, as replies carry it. */
const EXECUTOR_LOST = "SLUICE_EXECUTOR_LOST";

/** Passes calls on to executors, and counts what metrics say of them. */
export class CallWatch implements Invoker {
  readonly #inner: Invoker;
  #lost = 0;
  #lag: number | undefined;

  constructor(inner: Invoker) {
    this.#inner = inner;
  }

  get parallelism(): number {
    return this.#inner.parallelism;
  }

  async invoke(target: Target, request: unknown, signal?: AbortSignal): Promise<unknown> {
    try {
      const reply = await this.#inner.invoke(target, request, signal);
      this.#note(request as ExecutorRequest, reply as ExecutorReply);
      return reply;
    } catch (error) {
      // Who is no longer wanted is not lost.
      if (signal?.aborted !== true && (error as { readonly code?: unknown }).code === EXECUTOR_LOST) this.#lost += 1;
      throw error;
    }
  }

  /** What has been counted since the last call. */
  take(): MetricValues {
    const values: MetricValues = { executorsLost: this.#lost, ...(this.#lag !== undefined && { lag: this.#lag }) };
    this.#lost = 0;
    this.#lag = undefined;
    return values;
  }

  #note({ type }: ExecutorRequest, reply: ExecutorReply): void {
    if (!reply.ok) {
      if (reply.error.code === EXECUTOR_LOST) this.#lost += 1;
    } else if (type === "read-shard") {
      const { millisBehindLatest } = (reply.result as ReadShardResult).header;
      this.#lag = Math.max(this.#lag ?? 0, millisBehindLatest);
    }
  }
}
