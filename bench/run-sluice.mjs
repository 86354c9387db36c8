// Sluice's side of the comparison. usage: run-sluice.mjs MODE MASTER INPUT BATCHES INTERVAL_MS (as bench/spark/run)
// Prints one RESULT line of the same form.
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const began = performance.timeOrigin;
const [mode, master, input, batches, interval] = process.argv.slice(2);
const scratch = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), "sluice-bench-"));
const watched = join(scratch, "in");
mkdirSync(watched);
Object.assign(process.env, {
  BENCH_MODE: mode,
  BENCH_INPUT: input === "tiny" ? "tiny" : watched,
  BENCH_INTERVAL: interval,
  BENCH_PARTITIONS: process.env.PARTITIONS ?? "2",
});

const files =
  input === "tiny"
    ? []
    : readdirSync(input)
        .filter((name) => name.endsWith(".txt"))
        .sort();
let fed = 0;
/** Moves the next file in, as new. */
function feed() {
  if (files.length === 0) return;
  const path = join(watched, `${String(fed).padStart(6, "0")}.txt`);
  // A hard link shares the modification time, so it is set before the file becomes visible.
  const source = join(input, files[fed % files.length]);
  const now = new Date();
  utimesSync(source, now, now);
  linkSync(source, path);
  fed += 1;
}

const { loadProgram, StreamingContext } = await import("../dist/index.js");
const { app, bundle } = await loadProgram(new URL("programs/words.ts", import.meta.url).pathname);
const started = new Map();
const processing = [];
let firstBatchDone = 0;
let last = { keys: 0, checksum: 0 };
process.on("message", (message) => {
  last = message;
});

await new Promise((resolve, reject) => {
  const listener = {
    onBatchCommitted: ({ time, startedAt, inputs }) => {
      // Ticks that found no file are none of the batches that the other side has.
      if (files.length === 0 || inputs.some((one) => one.files.length > 0)) started.set(time, startedAt);
    },
    onOutputsCompleted: (time) => {
      if (!started.has(time)) return;
      if (firstBatchDone === 0) firstBatchDone = Date.now() - began;
      // Whole milliseconds at both ends, as the other side's listener has them.
      processing.push(Date.now() - started.get(time));
      if (processing.length === Number(batches)) resolve();
      else feed();
    },
  };
  (async () => {
    const checkpointDirectory = join(scratch, "checkpoint");
    const ssc = await StreamingContext.getOrCreate(app, { master, checkpointDirectory }, { bundle, listener });
    await ssc.start();
    // Only files modified after the start are new, to the millisecond.
    await new Promise((resolve) => setTimeout(resolve, 5));
    feed();
    ssc.awaitTermination().catch(reject);
  })().catch(reject);
});

const warm = processing.slice(Math.max(1, Math.floor(processing.length / 5))).sort((a, b) => a - b);
const at = (q) => warm[Math.min(warm.length - 1, Math.floor(warm.length * q))].toFixed(1);
const mean = warm.reduce((a, b) => a + b, 0) / warm.length;
console.log(
  `RESULT engine=sluice mode=${mode} batches=${processing.length} firstBatchDoneMs=${firstBatchDone.toFixed(0)} ` +
    `meanMs=${mean.toFixed(1)} p50Ms=${at(0.5)} p99Ms=${at(0.99)} keys=${last.keys} checksum=${last.checksum}`,
);
rmSync(scratch, { recursive: true, force: true });
process.exit();
