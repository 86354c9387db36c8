// Processes that are measured: what they print, how long they take, and how much memory they have at most.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PEAK_LOOK_MILLIS = 50;

/**
 * Runs a process with a directory of its own (`SCRATCH`) that is gone afterwards; the process does not outlive the call.
 * @param side command, arguments and environment, or a function that is told the directory and returns them.
 */
export async function withProcess(side, use) {
  const scratch = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  const { command, args, env = {} } = typeof side === "function" ? side(scratch) : side;
  const startedAt = Date.now();
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, SCRATCH: scratch, ...env },
  });
  const told = [];
  child.stderr.on("data", (bytes) => told.push(bytes));
  let peakMb = 0;
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, peakMemory(child.pid));
  }, PEAK_LOOK_MILLIS);
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const failed = (why) => new Error(`${command} ${args.join(" ")} ${why}:\n${Buffer.concat(told)}`);
  // Whoever reads its lines tells of the failure.
  ended.catch(() => {});
  const lines = createInterface({ input: child.stdout });
  try {
    return await use({ lines, startedAt, ended, failed, peakMb: () => peakMb });
  } finally {
    clearInterval(timer);
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
    await ended.catch(() => {});
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Runs a process to its end and reads its RESULT line. @throws when it fails or has none. */
export function result(side) {
  return withProcess(side, async ({ lines, ended, failed, peakMb }) => {
    let found;
    lines.on("line", (line) => {
      if (line.startsWith("RESULT ")) found = figures(line);
    });
    const code = await ended;
    if (code !== 0 || found === undefined) throw failed(`ended with ${code}`);
    return { ...found, peakMb: peakMb() };
  });
}

/** `NAME a=1 b=x` as an object. */
export function figures(line) {
  const fields = line.split(" ").slice(1);
  return Object.fromEntries(
    fields.map((field) => {
      const [name, value] = field.split("=");
      return [name, Number.isNaN(Number(value)) ? value : Number(value)];
    }),
  );
}

/** Linux keeps the high-water mark of a process's resident memory. */
function peakMemory(pid) {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? 0 : Number(kilobytes) / 1024;
  } catch {
    return 0;
  }
}
