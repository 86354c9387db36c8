/** One life of `sluice run examples/custom-receiver.ts`: a process that is started, stopped, and killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { eventually } from "../support/eventually.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** How long a process may take to get where it is wanted, milliseconds. */
const PATIENCE_MILLIS = 120_000;

/** Processes that are alive: none must outlive this one, however it ends. */
const alive = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export interface Place {
  /** Where checkpoint, output and log lie. */
  readonly directory: string;
  /** Where the feed listens. */
  readonly port: number;
}

export class CliLife {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly #ended: Promise<number | null>;
  #hasPrinted = false;
  #errors = "";

  constructor({ directory, port }: Place) {
    this.#log = join(directory, "sluice.log");
    const args = [
      join(root, "dist/cli/main.js"),
      ...["run", join(root, "examples/custom-receiver.ts"), "--master", "local[2]"],
      ...["--checkpoint", join(directory, "checkpoint"), "--batch-duration", "100ms"],
    ];
    const env = { ...process.env, SLUICE_FEED_PORT: String(port), SLUICE_OUT: join(directory, "out") };
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    alive.add(child);
    child.stdout.once("data", () => {
      this.#hasPrinted = true;
    });
    child.stdout.resume();
    child.stderr.on("data", (text: Buffer) => {
      this.#errors += text.toString("utf8");
      appendFileSync(this.#log, text);
    });
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.once("close", (code) => {
        alive.delete(child);
        resolve(code);
      });
    });
  }

  /** Has a batch been printed? Then it owns its checkpoint. */
  get isAtWork(): boolean {
    return this.#hasPrinted;
  }

  /** Resolves when it is at work. @throws {Error} when the process ends before. */
  async atWork(): Promise<void> {
    await this.#beganOrEnded();
    if (!this.#isAlive()) throw this.#endedByItself();
  }

  /** Resolves when it is at work or has ended, or after so long. */
  async decidesWithin(millis: number): Promise<void> {
    for (const end = Date.now() + millis; !this.#isDecided() && Date.now() < end; ) await sleep(5);
  }

  /** Why it has not begun to work: what it said when it ended; empty when it works. Then it is killed. */
  async refusal(): Promise<string> {
    await this.#beganOrEnded();
    if (this.#isAlive()) await this.kill();
    await this.#ended;
    return this.#hasPrinted ? "" : this.#errors;
  }

  /** Kills it. @throws {Error} when it had ended by itself. */
  async kill(): Promise<void> {
    if (!this.#isAlive()) throw this.#endedByItself();
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  goOn(): void {
    this.#child.kill("SIGCONT");
  }

  /** Asks it to end in good order, and waits for it. */
  async endGracefully(): Promise<{ readonly code: number | null; readonly isCutShort: boolean }> {
    this.#child.kill("SIGINT");
    const code = await this.#ended;
    return { code, isCutShort: this.#errors.includes("The graceful stop took longer") };
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async #beganOrEnded(): Promise<void> {
    await eventually("the first batch is printed", PATIENCE_MILLIS, () => this.#isDecided(), 5);
  }

  #isDecided(): boolean {
    return this.#hasPrinted || !this.#isAlive();
  }

  #endedByItself(): Error {
    return new Error(`sluice run ended by itself: ${this.#errors}`);
  }

  #isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}
