/**
 * What the console costs the engine: the same program with it and without it, in turns, and the processor time of both.
 *
 *   node bench/console-overhead.mjs [--runs 7] [--batches 60]
 *
 * Processor time of the whole process (driver, workers, server), so that a busy machine does not decide. With the console, a
 * page's worth of listening goes on beside it: one reader of its events.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "7" }, batches: { type: "string", default: "60" } },
});
const root = fileURLToPath(new URL("..", import.meta.url));

/** Says at the end what the process has used; runs before the program. */
const tellUsage = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => { const { user, system } = process.cpuUsage(); process.stderr.write("used " + (user + system) + "\\n"); });',
)}`;

/** Milliseconds of processor time of one run. */
function run(withConsole) {
  const checkpoint = mkdtempSync(join(tmpdir(), "sluice-console-"));
  const args = [
    "run",
    "--checkpoint",
    checkpoint,
    "bench/programs/steady.ts",
    "--master",
    "local[2]",
    "--batches",
    values.batches,
  ];
  const child = spawn(
    process.execPath,
    ["--import", tellUsage, "dist/cli/main.js", ...args, withConsole ? "--console-port=0" : "--no-console"],
    { cwd: root, stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  let listening = false;
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (withConsole && url !== undefined && !listening) {
      listening = true;
      get(`${url}/events`, (reply) => reply.on("error", () => {}).resume()).on("error", () => {});
    }
  });
  return new Promise((resolve, reject) => {
    child.on("exit", (code) => {
      rmSync(checkpoint, { recursive: true });
      const used = /used (\d+)/.exec(said)?.[1];
      if (code !== 0 || used === undefined || listening !== withConsole)
        reject(new Error(`run ended with ${code}: ${said}`));
      else resolve(Number(used) / 1000);
    });
  });
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const ratios = [];
const without = [];
for (let i = 0; i < Number(values.runs); i++) {
  const [a, b] = i % 2 === 0 ? [await run(false), await run(true)] : [await run(true), await run(false)].reverse();
  without.push(a);
  ratios.push(b / a);
  console.error(
    `run ${i + 1}: ${a.toFixed(0)} ms without, ${b.toFixed(0)} ms with, ${((b / a - 1) * 100).toFixed(1)} %`,
  );
}
const percent = (ratio) => `${((ratio - 1) * 100).toFixed(1)} %`;
console.log(
  `the console adds ${percent(median(ratios))} (${percent(Math.min(...ratios))} to ${percent(Math.max(...ratios))}) to ${median(without).toFixed(0)} ms of processor time over ${values.batches} batches`,
);
