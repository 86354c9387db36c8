import type { Console } from "../ports/index.js";
import type { BatchListener } from "../streaming/index.js";

/** Tells the listener what happens; what it does about that, failing included, never reaches the batch. */
export class Announcer {
  readonly #listener: BatchListener | undefined;
  readonly #console: Console;

  constructor(listener: BatchListener | undefined, console: Console) {
    this.#listener = listener;
    this.#console = console;
  }

  tell<E extends keyof BatchListener>(event: E, ...args: Parameters<NonNullable<BatchListener[E]>>): void {
    try {
      const listener = this.#listener;
      (listener?.[event] as ((...args: readonly unknown[]) => void) | undefined)?.apply(listener, args);
    } catch (error) {
      this.#console.log("error", `A listener failed in ${event}: ${String(error)}`, { error });
    }
  }
}
