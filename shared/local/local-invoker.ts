import { type ExecutorEnvironment, type ExecutorRequest, InProcessInvoker } from "../executor/index.js";
import type { Invoker, Target } from "../ports/index.js";
import type { WorkerPool } from "./worker-pool.js";

/**
 * Executors on one machine: worker threads for real work, the driver's own thread for small batches and for reading the
 * local stream, which only it may do.
 */
export class LocalInvoker implements Invoker {
  readonly parallelism: number;
  readonly #inPlace: InProcessInvoker;
  readonly #pool: WorkerPool | undefined;

  /** @param pool `undefined`: the driver's thread does everything. */
  constructor(environment: ExecutorEnvironment, parallelism: number, pool: WorkerPool | undefined) {
    this.parallelism = parallelism;
    this.#inPlace = new InProcessInvoker(environment);
    this.#pool = pool;
  }

  invoke(target: Target, request: unknown, signal?: AbortSignal): Promise<unknown> {
    const work = request as ExecutorRequest;
    if (this.#pool === undefined || target.type === "in-place" || work.type === "read-shard") {
      return this.#inPlace.invoke(target, request);
    }
    const reply = this.#pool.invoke(target.type === "slot" ? target.slot : undefined, work);
    return signal === undefined ? reply : unlessAborted(reply, signal);
  }
}

/** A thread cannot be interrupted: it goes on, and counts as busy until it has answered, but nobody waits for it. */
function unlessAborted<T>(reply: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => reject(signal.reason);
    signal.addEventListener("abort", abandon);
    reply.then(resolve, reject).finally(() => signal.removeEventListener("abort", abandon));
  });
}
