// The table of the performance goals, measured: Sluice, and Spark Streaming local[2] beside it. usage: npm run bench -- --help
// Rows on standard output, progress on standard error; writes report.json and report.html. See docs/performance.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measure } from "./harness/measure.mjs";
import { page } from "./harness/page.mjs";
import { described, failed, reported } from "./harness/report.mjs";
import { whyNoSpark } from "./harness/spark.mjs";
import { rows } from "./rows/index.mjs";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string", default: "5" },
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    out: { type: "string", default: fileURLToPath(new URL("out", import.meta.url)) },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (options.help) {
  console.log(`usage: npm run bench -- [options]

--runs N    interleaved runs of each side (5)
--only ROW  this row only; may be given several times. Rows: ${rows.map(({ id }) => id).join(", ")}
--quick     one short run of everything, without Spark: checks that it runs, measures nothing worth quoting
--out DIR   where report.json and report.html go (bench/out)`);
  process.exit();
}
const { quick, only } = options;
const runs = quick ? 1 : Number(options.runs);
const chosen = rows.filter(({ id }) => only === undefined || only.includes(id));
const unknown = (only ?? []).filter((id) => !rows.some((row) => row.id === id));
if (!Number.isInteger(runs) || runs < 1 || unknown.length > 0) {
  console.error("--runs must be a whole number above 0, and --only the name of a row: see --help.");
  process.exit(2);
}

const missing = quick ? "--quick is without it" : whyNoSpark();
if (missing !== undefined) console.log(`Spark is left out: ${missing}.\n`);

/** By measurement, which rows may share. */
const measured = new Map();

/** One that fails must not cost a long run the others. */
async function look(row) {
  const progress = (what) => process.stderr.write(`${row.id}: ${what}\n`);
  const how = { quick, runs, withSpark: missing === undefined, progress };
  if (!measured.has(row.measurement)) measured.set(row.measurement, measure(row.measurement, how));
  try {
    return reported(row, await measured.get(row.measurement));
  } catch (error) {
    return failed(row, error);
  }
}

const report = [];
for (const row of chosen) {
  report.push(await look(row));
  console.log(described(report.at(-1)));
  // Written after every row: a long run that is interrupted has not been for nothing.
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(options.out, "report.html"), page(report, { runs, quick, missing }));
}
console.log(
  `\n${runs} ${runs === 1 ? "run" : "interleaved runs"} of each side; report.json and report.html in ${options.out}`,
);
if (report.some(({ differs, error }) => differs !== null || error !== null)) {
  console.error("Some rows do not count: they failed, or the two sides did not do the same.");
  process.exitCode = 1;
}
