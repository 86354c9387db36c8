/**
 * `npm start`: running word counts of a live text stream, the whole classic. A feeder (a child process) serves sentences on a
 * TCP socket; the command line runs examples/word-count.ts on it, in this process, with its checkpoint in .sluice/word-count.
 *
 *   npm start                     until Ctrl-C; counts go on where they were
 *   npm start -- --fresh          forget the counts first
 *   npm start -- --batches 5      end by itself; this and all other options are those of `sluice run`
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PORT = 9999;
const CHECKPOINT = ".sluice/word-count";

const root = fileURLToPath(new URL("..", import.meta.url));
process.chdir(root);

const options = process.argv.slice(2).filter((option) => option !== "--fresh");
const checkpoint = options.includes("--checkpoint") ? options[options.indexOf("--checkpoint") + 1] : CHECKPOINT;
if (process.argv.includes("--fresh") && checkpoint) rmSync(checkpoint, { recursive: true, force: true });

if (!options.includes("--help") && !options.includes("-h")) {
  // Any free port when the usual one is taken.
  const feeder = (await startFeeder(PORT)) ?? (await startFeeder(0));
  if (feeder === undefined) {
    console.error("npm start: the feeder does not start; `node examples/feeder.mjs` says why.");
    process.exit(1);
  }
  console.error(`npm start: examples/feeder.mjs (process ${feeder.pid}) feeds on 127.0.0.1:${feeder.port}`);
  process.env.SLUICE_FEED_PORT = feeder.port;
}

process.argv = [
  ...process.argv.slice(0, 2),
  ...["run", "examples/word-count.ts", "--master", "local[2]", "--checkpoint", CHECKPOINT],
  ...options,
];
await import("../dist/cli/main.js");

/**
 * Starts the feeder; undefined when it cannot listen on that port. It ends when its standard input does, which the system
 * closes for us however this process ends, kill -9 included: so nothing is left to do at the end.
 */
async function startFeeder(port) {
  const feeder = spawn(process.execPath, ["examples/feeder.mjs", "--port", String(port), "--with-parent"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const listening = once(feeder.stdout, "data").then(([text]) => /:(\d+)/.exec(String(text))?.[1]);
  const found = await Promise.race([listening, once(feeder, "exit").then(() => undefined)]);
  return found && { port: found, pid: feeder.pid };
}
