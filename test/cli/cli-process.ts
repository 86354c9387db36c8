import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = join(__dirname, "..", "..");
const main = join(root, "dist", "cli", "main.js");

/** How a process ended and what it said. */
export interface Ended {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process whose output can be waited for. */
export class RunningProcess {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  #stdout = "";
  #stderr = "";

  constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(command, args, { cwd: root, env: { ...process.env, NO_COLOR: "1", ...env } });
    this.process.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.process.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.ended = once(this.process, "close").then(([exitCode]) => ({
      exitCode: exitCode as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  /** Resolves when standard output or error matches; rejects when the process ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) return match;
      const more = await Promise.race([
        once(this.process.stdout, "data").then(() => true),
        once(this.process.stderr, "data").then(() => true),
        this.ended.then(() => false),
      ]);
      if (!more) throw new Error(`ended without saying ${pattern}:\n${this.#stdout}\n${this.#stderr}`);
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

const started: RunningProcess[] = [];
const folders: string[] = [];

/** Starts `sluice` with these arguments; it is killed after the test if it is still there. */
export function startSluice(args: readonly string[], env?: Readonly<Record<string, string>>): RunningProcess {
  return startNode([main, ...args], env);
}

export function startNode(args: readonly string[], env?: Readonly<Record<string, string>>): RunningProcess {
  const running = new RunningProcess(process.execPath, args, env);
  started.push(running);
  return running;
}

/** Runs `sluice` to its end, with an empty standard input. */
export function sluice(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  const running = startSluice(args, env);
  running.process.stdin.end();
  return running.ended;
}

/** An empty directory that is gone after the tests. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sluice-cli-"));
  folders.push(folder);
  return folder;
}

/** For `afterEach`. */
export async function killStarted(): Promise<void> {
  for (const running of started) running.kill("SIGKILL");
  await Promise.all(started.map((running) => running.ended));
  started.length = 0;
}

/** For `afterAll`. */
export function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
