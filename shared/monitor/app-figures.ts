/** Figures of the header: from the last batches. */
import { addCosts, NO_COST, perMonth } from "./costs.js";
import type { AppView, BatchSummary, CostView, KeepsUp } from "./view.js";

/** So many batches are what "now" means. */
const RECENT = 20;
/** Share of the interval from which on processing is too close to it. */
const BARELY = 0.8;
/** Lag that is none, milliseconds: replies and batches take some time. */
const LAG_GRACE_MILLIS = 2_000;

type Figures = Pick<
  AppView,
  "inputRate" | "schedulingDelay" | "processingTime" | "totalDelay" | "lagMillis" | "keepsUp" | "costPerMonth"
>;

/** @param ended batches that are done or failed, oldest first. @param costs of the last of them. */
export function figuresOf(
  ended: readonly BatchSummary[],
  costs: readonly CostView[],
  batchDuration: number,
  waiting: number,
): Figures {
  const recent = ended.slice(-RECENT);
  const [first, last] = [recent[0], recent[recent.length - 1]];
  const spanned = first === undefined || last === undefined ? 0 : last.time - first.time + batchDuration;
  const records = recent.reduce((sum, batch) => sum + batch.records, 0);
  const schedulingDelay = median(recent.map((batch) => batch.schedulingDelay));
  const processingTime = median(recent.map((batch) => batch.processingTime));
  const lagMillis = last?.lagMillis ?? 0;
  return {
    inputRate: spanned === 0 ? 0 : (records * 1000) / spanned,
    schedulingDelay,
    processingTime,
    totalDelay: median(recent.map((batch) => batch.totalDelay)),
    lagMillis,
    keepsUp: keepsUp({ schedulingDelay, processingTime, lagMillis, batchDuration, waiting }),
    costPerMonth: costs.length === 0 ? undefined : perMonth(addCosts(NO_COST, ...costs), costs.length * batchDuration),
  };
}

function keepsUp(now: {
  readonly schedulingDelay: number | undefined;
  readonly processingTime: number | undefined;
  readonly lagMillis: number;
  readonly batchDuration: number;
  readonly waiting: number;
}): KeepsUp {
  const { schedulingDelay = 0, processingTime, lagMillis, batchDuration, waiting } = now;
  if (processingTime === undefined) return "unknown";
  if (processingTime > batchDuration || schedulingDelay > batchDuration || waiting > 1) return "no";
  const lags = lagMillis > LAG_GRACE_MILLIS + 2 * batchDuration;
  return processingTime > BARELY * batchDuration || lags ? "barely" : "yes";
}

function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
