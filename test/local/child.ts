import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";

/** Fixtures as scripts that plain Node runs. They lie under node_modules, where packages are found. */
export class Fixtures {
  private readonly directory: string;
  private readonly started: ChildProcess[] = [];

  constructor() {
    const root = join(__dirname, "../..");
    this.directory = mkdtempSync(join(root, "node_modules/.sluice-test-"));
    buildSync({
      entryPoints: [join(__dirname, "fixtures/crash-child.ts"), join(__dirname, "fixtures/owner-child.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      packages: "external",
      outdir: this.directory,
      outExtension: { ".js": ".mjs" },
    });
  }

  start(name: string, ...args: readonly string[]): Child {
    const child = spawn(process.execPath, [join(this.directory, `${name}.mjs`), ...args]);
    this.started.push(child);
    return new Child(child);
  }

  /** Ends what a failed test has left running, too. */
  remove(): void {
    for (const child of this.started) child.kill("SIGKILL");
    rmSync(this.directory, { recursive: true });
  }
}

/** A child process and the lines it has printed. */
export class Child {
  private output = "";
  private errors = "";
  private readonly closed: Promise<unknown>;

  constructor(private readonly process: ChildProcess) {
    process.stdout?.on("data", (chunk) => {
      this.output += chunk;
    });
    process.stderr?.on("data", (chunk) => {
      this.errors += chunk;
    });
    this.closed = once(process, "close");
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Whole lines so far. */
  lines(): readonly string[] {
    return this.output.split("\n").slice(0, -1);
  }

  /** Resolves when it has printed a line that starts so. */
  async says(start = ""): Promise<void> {
    while (!this.lines().some((line) => line.startsWith(start))) {
      if (this.process.exitCode !== null) throw new Error(`the child ended before it said "${start}": ${this.errors}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Resolves when it is gone and all it printed is here. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.process.kill(signal);
    await this.closed;
    if (this.errors !== "") throw new Error(`the child complained: ${this.errors}`);
  }

  async ends(): Promise<void> {
    await this.closed;
  }
}
