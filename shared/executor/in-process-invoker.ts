import type { Invoker, Target } from "../ports/index.js";
import type { ExecutorEnvironment } from "./environment.js";
import { execute } from "./execute.js";
import type { ExecutorRequest } from "./messages.js";

/** An executor in the caller's own process: for small batches, where a call would cost more than the work, and for tests. */
export class InProcessInvoker implements Invoker {
  readonly parallelism: number;
  readonly #environment: ExecutorEnvironment;

  /** @param parallelism How many calls to pretend to be able to run at a time; they take turns. */
  constructor(environment: ExecutorEnvironment, parallelism = 1) {
    this.#environment = environment;
    this.parallelism = parallelism;
  }

  invoke(_target: Target, request: unknown): Promise<unknown> {
    return execute(this.#environment, request as ExecutorRequest);
  }
}
