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

  invoke(target: Target, request: unknown): Promise<unknown> {
    const work = request as ExecutorRequest;
    if (this.#pool === undefined || target.type === "in-place" || work.type === "read-shard") {
      return this.#inPlace.invoke(target, request);
    }
    return this.#pool.invoke(target.type === "slot" ? target.slot : undefined, work);
  }
}
