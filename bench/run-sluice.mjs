// Sluice's side of the comparison. usage: run-sluice.mjs MODE MASTER INPUT BATCHES INTERVAL_MS (as bench/spark/run)
// Environment as there; SCRATCH is where it works; a second run there goes on from its checkpoint.
// SEPARATE=1: every task is a call of an executor. Prints one RESULT line of the same form.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PreciseClock } from "./harness/precise-clock.mjs";
import { mean, quantile } from "./harness/statistics.mjs";
import { WatchedDirectory } from "./harness/watched-directory.mjs";

const [mode, master, input, batches, interval] = process.argv.slice(2);
const { SCRATCH: scratch, PARTITIONS = "2", MAP_PARTITIONS = PARTITIONS, SEPARATE } = process.env;
const count = Number(batches);
const warmup = Number(process.env.WARMUP ?? Math.max(1, Math.floor(count / 5)));
mkdirSync(scratch, { recursive: true });
const watched = new WatchedDirectory(join(scratch, "in"), input);
const goesOn = watched.fed > 0;
// What came while nobody was there is in the first batch.
if (goesOn) watched.feed();
Object.assign(process.env, {
  BENCH_MODE: mode,
  BENCH_INPUT: watched.isFed ? join(scratch, "in") : "tiny",
  BENCH_INTERVAL: interval,
});

const open = SEPARATE ? (await import("./separate/open.mjs")).open : (await import("./harness/open-local.mjs")).open;

/** By batch time: when it began, and whether it is one of those that the other side has: ticks that found no file are not. */
const started = new Map();
const processing = [];
const written = [];
let clock;
let firstCommitAt = 0;
let firstDoneAt = 0;
let firstMs;
let empty = 0;
let calls = 0;
let state = { keys: 0, bytes: 0 };
let last = { keys: 0, checksum: 0 };
process.on("message", (message) => {
  last = message;
});

await new Promise((resolve, reject) => {
  const listener = {
    onBatchCommitted(record) {
      firstCommitAt ||= Date.now();
      const counts = !watched.isFed || record.inputs.some(({ files }) => files.length > 0);
      started.set(record.time, { at: record.startedAt, counts });
      if (!counts) return;
      [state = state] = record.state;
      written.push(state.written ?? 0);
      calls = record.stages.reduce((sum, stage) => sum + stage.calls.length, 0);
    },
    onOutputsCompleted(time) {
      const { at, counts } = started.get(time);
      started.delete(time);
      const took = clock.since(at);
      firstMs ??= took;
      if (!counts) {
        if (processing.length > 0) empty += 1;
        return;
      }
      firstDoneAt ||= Date.now();
      processing.push(took);
      if (processing.length === count) resolve();
      else watched.feed();
    },
    onBatchFailed: (_time, _at, error) => reject(error),
    onOutputsFailed: (_time, _at, error) => reject(error),
  };
  const ports = (opened) => {
    clock = new PreciseClock(opened.clock);
    return { ...opened, clock };
  };
  const program = new URL("programs/words.ts", import.meta.url).pathname;
  open({ program, master, checkpointDirectory: join(scratch, "checkpoint"), extras: { listener, ports } })
    .then(async (application) => {
      await application.start();
      // Only files modified after the start are new, to the millisecond.
      await new Promise((after) => setTimeout(after, 5));
      if (!goesOn) watched.feed();
      return application.ended();
    })
    .catch(reject);
});

const warm = processing.slice(warmup);
const fields = {
  engine: "sluice",
  mode,
  batches: processing.length,
  partitions: MAP_PARTITIONS,
  firstBatchDoneMs: (firstDoneAt - performance.timeOrigin).toFixed(0),
  firstCommitMs: (firstCommitAt - performance.timeOrigin).toFixed(0),
  firstMs: firstMs.toFixed(1),
  meanMs: mean(warm).toFixed(1),
  p50Ms: quantile(warm, 0.5).toFixed(2),
  p99Ms: quantile(warm, 0.99).toFixed(2),
  calls,
  emptyTicks: empty,
  stateKeys: state.keys,
  stateBytes: state.bytes,
  writtenBytes: quantile(written.slice(warmup), 0.5),
  writtenMeanBytes: mean(written.slice(warmup)).toFixed(0),
  keys: last.keys,
  checksum: last.checksum,
};
const line = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
process.stdout.write(`RESULT ${line.join(" ")}\n`, () => process.exit());
