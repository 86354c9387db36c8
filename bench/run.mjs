// Sluice against Spark Streaming local[2], side by side: the runs of both sides take turns, so that what else the machine
// does hits both. usage: node bench/run.mjs [--runs N] [--quick] [--only WORK]
// Prints a line a measured work and writes bench/out/report.json. Without Java 17 and Python, Spark's column is empty.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(
    "usage: npm run bench -- [--runs N] [--quick] [--only WORK]\n\n--quick  one short run of everything: checks that it runs, measures nothing worth quoting",
  );
  process.exit();
}
const quick = options.quick;
const runs = quick ? 1 : Number(options.runs);
const here = new URL(".", import.meta.url).pathname;
const scratch = join(tmpdir(), "sluice-bench-data");
const MASTER = "local[2]";

const has = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;
const withSpark = !quick && has("java", "-version") && has("javac", "-version") && has("python3", "--version");
if (!withSpark)
  console.log(quick ? "Spark is left out: --quick.\n" : "Spark is left out: it needs Java 17 and Python.\n");

/** What is measured: mode, input, batches, interval in milliseconds, the figure to compare, and the goal. */
const works = [
  {
    work: "word count, 2 M words a batch",
    mode: "wc",
    input: "text",
    batches: 20,
    interval: 1000,
    figure: "p50Ms",
    goal: "≥ 3×",
    limit: true,
  },
  {
    work: "updateStateByKey, 100 k keys, all touched",
    mode: "state",
    input: "text",
    batches: 20,
    interval: 1500,
    figure: "p50Ms",
    goal: "≥ 3×",
  },
  {
    work: "tiny batches every 100 ms: processing time, p50",
    mode: "wc",
    input: "tiny",
    batches: 100,
    interval: 100,
    figure: "p50Ms",
    goal: "≥ 20×",
  },
  {
    work: "tiny batches every 100 ms: start to first batch done",
    mode: "wc",
    input: "tiny",
    batches: 100,
    interval: 100,
    figure: "firstBatchDoneMs",
    goal: "≤ 500 ms",
  },
  {
    work: "tiny batches every 100 ms: peak memory, MB",
    mode: "wc",
    input: "tiny",
    batches: 100,
    interval: 100,
    figure: "peakMb",
    goal: "≥ 5×",
  },
].filter(({ work }) => options.only === undefined || work.includes(options.only));

const text = join(scratch, quick ? "quick" : "text");
makeText();

const measured = new Map();
const results = [];
for (const { work, mode, input, batches, interval, figure, goal, limit } of works) {
  const key = [mode, input, batches, interval].join(" ");
  if (!measured.has(key))
    measured.set(
      key,
      await measure({ mode, input, batches: quick ? 5 : batches, interval: quick ? 200 : interval, limit }),
    );
  const { sluice, spark, limits } = measured.get(key);
  const row = {
    work,
    goal,
    sluice: summary(sluice, figure),
    spark: summary(spark, figure),
    limit: summary(limits, "p50Ms"),
    ...compare(sluice, spark, figure),
    checksumsAgree: agree([...sluice, ...spark]),
  };
  row.met = met(row);
  results.push(row);
  print(row);
}
mkdirSync(join(here, "out"), { recursive: true });
writeFileSync(join(here, "out", "report.json"), `${JSON.stringify(results, null, 2)}\n`);
console.log(`\n${runs} ${runs === 1 ? "run" : "interleaved runs"} a side; written to bench/out/report.json`);
if (results.some((row) => row.checksumsAgree === false)) {
  console.error("The two sides disagree about the counts: see checksumsAgree in the report.");
  process.exitCode = 1;
}

async function measure({ mode, input, batches, interval, limit }) {
  const sides = { sluice: [], spark: [], limits: [] };
  const path = input === "tiny" ? "tiny" : text;
  const args = [mode, MASTER, path, String(batches), String(interval)];
  for (let run = 0; run < runs; run++) {
    sides.sluice.push(await result(process.execPath, [join(here, "run-sluice.mjs"), ...args]));
    if (withSpark) sides.spark.push(await result("bash", [join(here, "spark", "run"), ...args]));
    if (limit)
      sides.limits.push(await result(process.execPath, [join(here, "spark", "limit.mjs"), path, String(batches)]));
  }
  return sides;
}

/** Runs one side and reads its RESULT line; the peak of the process's memory is looked up while it runs. */
function result(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    let peakMb = 0;
    const timer = setInterval(() => {
      peakMb = Math.max(peakMb, peakMemory(child.pid));
    }, 50);
    child.stdout.on("data", (bytes) => {
      out += bytes;
    });
    child.on("exit", (code) => {
      clearInterval(timer);
      const line = out.split("\n").find((candidate) => candidate.startsWith("RESULT "));
      if (code !== 0 || line === undefined)
        return reject(new Error(`${command} ${args.join(" ")} ended with ${code}:\n${out}`));
      const fields = line
        .split(" ")
        .slice(1)
        .map((field) => field.split("="));
      resolve({
        ...Object.fromEntries(
          fields.map(([name, value]) => [name, Number.isNaN(Number(value)) ? value : Number(value)]),
        ),
        peakMb,
      });
    });
  });
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

function summary(side, figure) {
  if (side.length === 0) return null;
  const sorted = side.map((run) => run[figure]).sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], min: sorted[0], max: sorted.at(-1) };
}

/** Ratio Spark / Sluice, pair by pair: above 1 Sluice is ahead. */
function compare(sluice, spark, figure) {
  const ratios = sluice
    .flatMap((run, i) => (spark[i] === undefined ? [] : [spark[i][figure] / run[figure]]))
    .sort((a, b) => a - b);
  if (ratios.length === 0) return { ratio: null, spread: null };
  return { ratio: ratios[ratios.length >> 1], spread: [ratios[0], ratios.at(-1)] };
}

function met(row) {
  const [, sign, number, unit] = /^([≥≤]) ([\d.]+)(.*)$/.exec(row.goal) ?? [];
  if (unit === " ms") return row.sluice.median <= Number(number);
  return row.ratio === null ? null : sign === "≥" ? row.ratio >= Number(number) : row.ratio <= Number(number);
}

function agree(all) {
  const checksums = new Set(all.map((run) => run.checksum));
  return all.length < 2 ? null : checksums.size === 1;
}

function print(row) {
  const show = (side) =>
    side === null ? "—" : `${side.median.toFixed(1)} (${side.min.toFixed(1)}–${side.max.toFixed(1)})`;
  const ratio =
    row.ratio === null ? "" : `  ratio ${row.ratio.toFixed(1)}× (${row.spread.map((r) => r.toFixed(1)).join("–")})`;
  const limit = row.limit === null ? "" : `  hand-written loop ${show(row.limit)}`;
  const verdict = row.met === null ? "" : row.met ? "  met" : "  NOT met";
  console.log(
    `${row.work}\n  Sluice ${show(row.sluice)}  Spark ${show(row.spark)}${limit}${ratio}  goal ${row.goal}${verdict}`,
  );
}

/** The corpus of the baseline where there is Python, else one of the same kind made here (its checksums differ). */
function makeText() {
  if (existsSync(text) && readdirSync(text).length > 0) return;
  mkdirSync(text, { recursive: true });
  const size = quick ? ["2", "20000", "10000"] : [];
  if (has("python3", "--version")) {
    spawnSync("python3", [join(here, "spark", "make-text"), text, ...size], { stdio: "inherit" });
    return;
  }
  const [files, lines, vocabulary] = quick ? [2, 20_000, 10_000] : [10, 200_000, 100_000];
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  for (let f = 0; f < files; f++) {
    // Zipf's law: the rank of a word is about the vocabulary to the power of a uniform number.
    const word = () => `w${((Math.floor(vocabulary ** random()) * 2654435761) % 2 ** 32).toString(16)}`;
    const body = Array.from({ length: lines }, () => Array.from({ length: 10 }, word).join(" "));
    writeFileSync(join(text, `part-${String(f).padStart(4, "0")}.txt`), `${body.join("\n")}\n`);
  }
}
