/** What happens to the processes of a deployed application. */
import { setTimeout as sleep } from "node:timers/promises";
import { readHead } from "../../shared/checkpoint/index.js";
import type { EnvironmentInfo, LambdaHost } from "../emulators/lambda-host.js";
import { eventually } from "../support/eventually.js";
import type { Seeded } from "../support/seeded.js";
import type { Deployment } from "./deployment.js";

/** How long a process of the wanted kind may take to be at work, or another one to have gone on, milliseconds. */
const PATIENCE_MILLIS = 120_000;

/** How long the moment of a fault may be put off, milliseconds: about as long as a task runs. */
const MOST_DELAY_MILLIS = 40;

/** A scheduler that only looks whether there is work for it is gone by then. */
const LONGER_THAN_A_LOOK_MILLIS = 1_500;

export class Chaos {
  /** How many processes have been killed, and how many stopped for a while. */
  readonly happened = { kills: 0, stops: 0 };
  /** What happened to whom, and when. */
  readonly story: string[] = [];
  readonly #host: LambdaHost;
  readonly #random: Seeded;
  readonly #scheduler: string;
  readonly #deployment: Deployment;
  /** Processes that are stopped now, or dead and not buried yet. */
  readonly #struck = new Set<number>();
  readonly #thaws: Promise<void>[] = [];

  constructor(host: LambdaHost, deployment: Deployment, random: Seeded) {
    this.#host = host;
    this.#deployment = deployment;
    this.#random = random;
    this.#scheduler = deployment.scheduler.split(":")[0] as string;
  }

  /** Kills an executor in the middle of a task, at a random moment. */
  async killExecutor(): Promise<void> {
    const { pid } = await this.#executorAtWork();
    this.#kill(pid);
  }

  /** Stops an executor in the middle of a task, and does not wait: it goes on after so long. */
  async stopExecutor(millis: number): Promise<void> {
    const { pid } = await this.#executorAtWork();
    this.#stop(pid);
    this.#thaws.push(sleep(millis).then(() => this.#thaw(pid)));
  }

  /** Resolves when all executors that were stopped have gone on. */
  async allThawed(): Promise<void> {
    await Promise.all(this.#thaws);
  }

  /** Kills the scheduler that runs the batches, at a random moment, and waits for another one to have gone on. */
  async killScheduler(): Promise<void> {
    const { pid } = await this.driver();
    await sleep(this.#random.between(0, 500));
    const before = await this.#deployment.manifest();
    this.#kill(pid);
    await this.progress(before?.batches ?? 0);
  }

  /**
   * Stops the scheduler that runs the batches, at a random moment, until another one has taken over. Then it goes on as if
   * nothing had happened, finds out, and has gone or does nothing but stand by.
   *
   * @param meanwhile Happens between the two.
   */
  async stopScheduler(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const { pid, invocations } = await this.driver();
    await sleep(this.#random.between(0, 500));
    this.#stop(pid);
    await this.#takeOver();
    await meanwhile();
    this.#thaw(pid);
    await this.progress((await this.#deployment.manifest())?.batches ?? 0);
    await eventually("the scheduler that was stopped gives up", PATIENCE_MILLIS, () =>
      this.#schedulers().every((one) => one.pid !== pid || one.invocations > invocations),
    );
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

  /** Executors at work now. */
  #executors(): readonly EnvironmentInfo[] {
    return this.#atWork().filter(({ functionName }) => functionName !== this.#scheduler);
  }

  #schedulers(): readonly EnvironmentInfo[] {
    return this.#atWork().filter(({ functionName }) => functionName === this.#scheduler);
  }

  #atWork(): readonly EnvironmentInfo[] {
    return this.#host.environments().filter(({ busy, pid }) => busy && !this.#struck.has(pid));
  }

  /** One that is in the middle of a task, at a random moment. */
  #executorAtWork(): Promise<EnvironmentInfo> {
    const find = async (): Promise<EnvironmentInfo | undefined> => {
      const chosen = this.#random.pick(this.#executors());
      if (chosen === undefined) return undefined;
      await sleep(this.#random.between(0, MOST_DELAY_MILLIS));
      return this.#executors().find(({ pid }) => pid === chosen.pid);
    };
    return eventually("an executor is at work", PATIENCE_MILLIS, find, 3);
  }

  /** Another scheduler has taken the head, and gone on. */
  async #takeOver(): Promise<void> {
    const { table, job } = this.#deployment;
    const before = await readHead(table, job);
    await eventually("another scheduler takes over", PATIENCE_MILLIS, async () => {
      const head = await readHead(table, job);
      return head !== undefined && before !== undefined && head.token > before.token && head.time > before.time;
    });
  }

  #kill(pid: number): void {
    this.#host.kill(pid);
    this.#struck.add(pid);
    this.happened.kills += 1;
    this.#tell("killed", pid);
  }

  #stop(pid: number): void {
    this.#host.freeze(pid);
    this.#struck.add(pid);
    this.happened.stops += 1;
    this.#tell("stopped", pid);
  }

  /** It may have been ended in between: by its time-out, which does not stand still. */
  #thaw(pid: number): void {
    this.#struck.delete(pid);
    if (!this.#host.environments().some((one) => one.pid === pid)) return;
    this.#host.thaw(pid);
    this.#tell("thawed", pid);
  }

  #tell(what: string, pid: number): void {
    const whose = this.#host.environments().find((one) => one.pid === pid)?.functionName;
    this.story.push(`${new Date().toISOString()} ${what} ${pid} ${whose}`);
  }
}
