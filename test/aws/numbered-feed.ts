/** Puts numbered records into the stream while a test goes on. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Deployment } from "./deployment.js";

export class NumberedFeed {
  readonly #deployment: Deployment;
  readonly #keys: readonly string[];
  #number = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  /** @param name What its keys begin with: two feeds of one deployment must not share keys. */
  constructor(deployment: Deployment, keys: number, name = "key") {
    this.#deployment = deployment;
    this.#keys = Array.from({ length: keys }, (_, i) => `${name}-${i}`);
  }

  /** The last number that was put, for every key. */
  get last(): number {
    return this.#number;
  }

  get keys(): readonly string[] {
    return this.#keys;
  }

  /** The next number for every key, once. */
  async put(): Promise<void> {
    const number = this.#number + 1;
    await this.#deployment.put(
      "numbers",
      this.#keys.map((key) => [key, `${key}:${number}`]),
    );
    this.#number = number;
  }

  /** Goes on putting, with a pause in between, until it is stopped. */
  start(pauseMillis: number): void {
    // Two at a time would put the same numbers twice.
    if (this.#running !== undefined) throw new Error("The feed is running already.");
    this.#stopped = false;
    this.#running = this.#run(pauseMillis);
    this.#running.catch(() => {});
  }

  async #run(pauseMillis: number): Promise<void> {
    while (!this.#stopped) {
      await this.put();
      await sleep(pauseMillis);
    }
  }

  /** Resolves when nothing is put any more. @throws whatever ended it before. */
  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#stopped = true;
    await running;
  }
}
