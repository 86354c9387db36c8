import { difference } from "./measure.mjs";
import { ratios, summary } from "./statistics.mjs";

/**
 * A row of the report. `sluice`, `spark` and `limit` are medians in the row's unit, `null` where there is none; `ratio` is the
 * median of Spark's figure divided by Sluice's, run by run (above 1 Sluice is ahead), `spread` the smallest and largest of
 * these; `met` is `null` where it cannot be known without Spark. Both sides must have done the same (`differs` names what was
 * not), or the row is not met. `figures` are others of Sluice's, medians too; `runs` has what each run measured.
 */
export function reported({ id, work, unit, goal, figure, beside = {} }, measured) {
  const runs = Object.fromEntries(
    Object.entries(measured).map(([side, results]) => [side, results.map((figures) => figures[figure])]),
  );
  // The hand-written loop is measured once for all, by its time.
  const limit = unit === "ms" ? summary(runs.limit) : null;
  const differs = difference(measured);
  const ratio = differs === undefined ? ratios(runs.sluice, runs.spark) : null;
  const row = {
    work,
    goal: goal.text,
    sluice: summary(runs.sluice).median,
    spark: summary(runs.spark)?.median ?? null,
    limit: limit?.median ?? null,
    ratio: ratio?.median ?? null,
    spread: ratio === null ? null : [ratio.min, ratio.max],
    met: null,
    id,
    unit,
    figures: Object.fromEntries(
      Object.entries(withTicks(beside, measured)).map(([name, of]) => [
        name,
        summary(measured.sluice.map((figures) => figures[of])).median,
      ]),
    ),
    bound: null,
    differs: differs ?? null,
    error: null,
    runs: limit === null ? { ...runs, limit: [] } : runs,
  };
  return { ...row, bound: goal.bound(row.spark), met: differs === undefined ? goal.met(row) : false };
}

/** Ticks without a file are batches that Spark does not have: in a window they make the checksums differ. */
function withTicks(beside, { sluice }) {
  return sluice.some(({ emptyTicks }) => emptyTicks > 0) ? { ...beside, "ticks without a file": "emptyTicks" } : beside;
}

/** A row whose measurement failed. */
export function failed({ id, work, unit, goal }, error) {
  const none = { sluice: null, spark: null, limit: null, ratio: null, spread: null, met: false };
  const runs = { sluice: [], spark: [], limit: [] };
  return {
    work,
    goal: goal.text,
    ...none,
    id,
    unit,
    figures: {},
    bound: null,
    differs: null,
    error: error.message,
    runs,
  };
}

/** The row as lines of text. */
export function described({ work, goal, unit, ratio, spread, met, figures, differs, error, runs }) {
  const show = (values) => {
    const of = summary(values);
    return of === null ? "—" : `${round(of.median)} (${round(of.min)}–${round(of.max)}) ${unit}`;
  };
  const parts = [
    `Sluice ${show(runs.sluice)}`,
    `Spark ${show(runs.spark)}`,
    ...(runs.limit.length > 0 ? [`hand-written loop ${show(runs.limit)}`] : []),
    ...(ratio === null ? [] : [`ratio ${round(ratio)} (${spread.map(round).join("–")})`]),
    `goal ${goal}: ${verdict(met)}`,
  ];
  const beside = Object.entries(figures).map(([name, value]) => `${name} ${round(value)}`);
  return [
    work,
    `  ${parts.join("  ")}`,
    ...(beside.length > 0 ? [`  ${beside.join(", ")}`] : []),
    ...(differs === null ? [] : [`  The row does not count: the sides differ in ${differs}.`]),
    ...(error === null ? [] : [`  It failed: ${error}`]),
  ].join("\n");
}

export const verdict = (met) => (met === null ? "not known without Spark" : met ? "met" : "NOT met");

/** Three digits are more than what is measured here is good for. */
export function round(value) {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", { maximumFractionDigits: Math.min(digits, 2) });
}
