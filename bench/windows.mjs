/**
 * What a slide of a window costs, against the length of the window: `npm run build -- --no-types && node bench/windows.mjs`.
 *
 * Runs the engine in this process, on storage in memory. Every batch has each of the keys once, so a slide brings in and
 * drops one value a key. Counted are calls of the reduce function; timed is the process's CPU time (the
 * wall clock would measure what else the machine does) over a whole batch, plan to commit, in the steady state (after the
 * window has been filled once), with reading, reducing and keeping the batch's own pairs.
 *
 * Options: `--keys N` (2000), `--windows 10,30,100,300`, `--quick`.
 */
import { parseArgs } from "node:util";
import { seconds } from "../dist/index.js";
import { runBatches } from "../dist/testing.js";

const { values: args } = parseArgs({
  options: {
    keys: { type: "string", default: "2000" },
    windows: { type: "string", default: "10,30,100,300" },
    quick: { type: "boolean", default: false },
  },
});
const KEYS = args.quick ? 200 : Number(args.keys);
const WINDOWS = (args.quick ? "10,30" : args.windows).split(",").map(Number);
/** Slides that are measured, after the window is full. */
const MEASURED = args.quick ? 20 : 100;

const batch = Array.from({ length: KEYS }, (_, key) => [`key ${key}`, 1]);
const calls = { reduce: 0, inverse: 0 };
const add = (a, b) => {
  calls.reduce += 1;
  return a + b;
};
const subtract = (a, b) => {
  calls.inverse += 1;
  return a - b;
};

const forms = {
  "no window (reduceByKey)": (stream) => stream.reduceByKey(add),
  "without inverse": (stream, window) => stream.reduceByKeyAndWindow(add, window),
  "with inverse": (stream, window) => stream.reduceByKeyAndWindow(add, window, undefined, { inverse: subtract }),
};

const cpuMillis = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

/** Per slide in the steady state: calls and milliseconds, median and worst. */
async function measure(build, length) {
  const batches = 2 * length + MEASURED;
  const times = [];
  const counts = [];
  let mark = cpuMillis();
  await runBatches({
    batchDuration: seconds(1),
    inputs: [Array.from({ length: batches }, () => batch)],
    partitions: 1,
    build: (_ssc, stream) => {
      const result = build(stream, seconds(length));
      // One small element a batch is handed to the driver: what is timed is the window.
      return result.count().map((n) => {
        const now = cpuMillis();
        times.push(now - mark);
        mark = now;
        counts.push(calls.reduce + calls.inverse);
        calls.reduce = 0;
        calls.inverse = 0;
        return n;
      });
    },
  });
  const steady = (list) => list.slice(-MEASURED).sort((a, b) => a - b);
  const [ms, n] = [steady(times), steady(counts)];
  return {
    median: ms[ms.length >> 1],
    worst: ms.at(-1),
    calls: n.reduce((a, b) => a + b, 0) / n.length,
    most: n.at(-1),
  };
}

const rows = [];
for (const [form, build] of Object.entries(forms)) {
  for (const length of form.startsWith("no") ? WINDOWS.slice(0, 1) : WINDOWS) {
    const { median, worst, calls: mean, most } = await measure(build, length);
    rows.push({
      form,
      "window (batches)": form.startsWith("no") ? 1 : length,
      "calls/key and slide": (mean / KEYS).toFixed(2),
      "most in one slide": (most / KEYS).toFixed(2),
      "naive calls": form.startsWith("no") ? 0 : length - 1,
      "CPU ms/slide": median.toFixed(2),
      "worst CPU ms": worst.toFixed(2),
    });
  }
}
console.log(
  `${KEYS} keys, each once a batch; one executor in this process; ${MEASURED} slides after the window is full`,
);
console.table(rows);
