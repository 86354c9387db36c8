/** What happens to the processes of a deployed application. */
import { setTimeout as sleep } from "node:timers/promises";
import type { EnvironmentInfo, LambdaHost } from "../emulators/lambda-host.js";
import { type Deployment, eventually } from "./deployment.js";
import type { Seeded } from "./seeded.js";

/** How long a process of the wanted kind may take to be at work, milliseconds. */
const PATIENCE_MILLIS = 40_000;

/** How long the moment of a kill may be put off, milliseconds: about as long as a task runs. */
const MOST_DELAY_MILLIS = 40;

/** A scheduler that only looks whether there is work for it is gone by then. */
const LONGER_THAN_A_LOOK_MILLIS = 1_500;

export class Chaos {
  readonly #host: LambdaHost;
  readonly #random: Seeded;
  readonly #scheduler: string;
  readonly #deployment: Deployment;

  constructor(host: LambdaHost, deployment: Deployment, random: Seeded) {
    this.#host = host;
    this.#deployment = deployment;
    this.#random = random;
    this.#scheduler = deployment.scheduler.split(":")[0] as string;
  }

  /** Executors at work now. */
  #executors(): readonly EnvironmentInfo[] {
    return this.#host.environments().filter(({ busy, functionName }) => busy && functionName !== this.#scheduler);
  }

  #schedulers(): readonly EnvironmentInfo[] {
    return this.#host.environments(this.#scheduler).filter(({ busy }) => busy);
  }

  /** Kills an executor in the middle of a task, at a random moment. */
  async killExecutor(): Promise<void> {
    await eventually("an executor is killed at work", PATIENCE_MILLIS, async () => {
      const victim = await this.#appears(() => this.#random.pick(this.#executors()));
      await sleep(this.#random.between(0, MOST_DELAY_MILLIS));
      const still = this.#executors().some(({ pid }) => pid === victim.pid);
      if (still) this.#host.kill(victim.pid);
      return still;
    });
  }

  /** Kills the scheduler that runs the batches, at a random moment, and waits for another one to have gone on. */
  async killScheduler(): Promise<void> {
    const { pid } = await this.driver();
    await sleep(this.#random.between(0, 500));
    const before = await this.#deployment.manifest();
    this.#host.kill(pid);
    await this.progress(before?.batches ?? 0);
  }

  /** The scheduler that runs the batches: one that has been at it for longer than it takes to see that there is nothing to do. */
  async driver(): Promise<EnvironmentInfo> {
    return eventually("a scheduler is at work", PATIENCE_MILLIS, async () => {
      const before = this.#schedulers();
      await sleep(LONGER_THAN_A_LOOK_MILLIS);
      const after = new Map(this.#schedulers().map((one) => [one.pid, one]));
      return before.find(({ pid, invocations }) => after.get(pid)?.invocations === invocations);
    });
  }

  /** Resolves when two batches more than so many have been committed: the second one was begun after this was asked. */
  async progress(batches: number): Promise<void> {
    await eventually(
      "batches go on",
      PATIENCE_MILLIS,
      async () => ((await this.#deployment.manifest())?.batches ?? 0) > batches + 1,
    );
  }

  /** Resolves when no scheduler is at work. */
  async silence(): Promise<void> {
    await eventually("no scheduler is at work", PATIENCE_MILLIS, async () => this.#schedulers().length === 0);
  }

  async #appears<T>(find: () => T | undefined): Promise<T> {
    for (const end = Date.now() + PATIENCE_MILLIS; Date.now() < end; await sleep(3)) {
      const found = find();
      if (found !== undefined) return found;
    }
    throw new Error(`nothing to break within ${PATIENCE_MILLIS} ms`);
  }
}
