/** The monitor as a screen: a pure function of what is known and of the terminal's size. */
import type { AppView, BatchSummary } from "../../shared/monitor/index.js";
import { clock, count, counted, duration, interval, money, rate } from "../console/page/logic/format.js";
import { verdictOf } from "../console/page/logic/verdict.js";
import { fitted, padded, printable } from "./printable.js";
import type { MonitorState } from "./state.js";

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

type Paint = "bold" | "dim" | "red" | "green" | "yellow";

const CODES: Readonly<Record<Paint, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };
const LEVEL_PAINTS = { good: "green", warn: "yellow", bad: "red", none: "dim" } as const;
const BARS = "▁▂▃▄▅▆▇█";

/** A line and how it looks; as plain text first, so that its width is known. */
interface Line {
  readonly text: string;
  readonly paint?: Paint;
}

/**
 * The lines of the screen, no more and no wider than it is.
 * @param color false: no escape sequences.
 */
export function renderScreen(
  state: Pick<MonitorState, "app" | "batches" | "trouble">,
  place: string,
  { columns, rows }: ScreenSize,
  color: boolean,
): readonly string[] {
  const { app, batches, trouble } = state;
  const footer: readonly Line[] = [{ text: `q ends · ${place}${trouble ? ` · ${trouble}` : ""}`, paint: "dim" }];
  const header = app === undefined ? [{ text: `waiting for ${place}` }] : appLines(app, batches, columns);
  const room = rows - header.length - footer.length - 2;
  const table = app === undefined || room < 1 ? [] : [{ text: "" }, ...batchTable(batches, room)];
  return [...header, ...table, ...footer]
    .slice(0, rows)
    .map(({ text, paint }) => painted(fitted(printable(text), columns), color ? paint : undefined));
}

function appLines(app: AppView, batches: readonly BatchSummary[], columns: number): readonly Line[] {
  const { name, master, state, batchDuration, startedAt, now, records, cost, costPerMonth, error } = app;
  const verdict = verdictOf(app);
  const uptime = startedAt === undefined ? "" : `, up ${duration(now - startedAt)}`;
  const done = counted(app.batches.completed, "batch", "batches");
  const failed = app.batches.failed === 0 ? "" : `, ${count(app.batches.failed)} failed`;
  const waiting = app.batches.waiting === 0 ? "" : `, ${count(app.batches.waiting)} waiting`;
  const hint = app.costIsHypothetical ? " (it would on AWS)" : "";
  const ended = batches.filter(({ processingTime }) => processingTime !== undefined);
  const width = Math.max(8, columns - 36);
  const lines: Line[] = [
    { text: `${name} on ${master}: ${state}${uptime}, a batch every ${interval(batchDuration)}`, paint: "bold" },
    { text: `${verdict.title}. ${verdict.reasons.join(" ")}`, paint: LEVEL_PAINTS[verdict.level] },
    { text: `${done}${failed}${waiting}, ${counted(records, "record")}` },
    graphLine("input", rate(app.inputRate), ended, (batch) => batch.inputRate, width),
    graphLine("delay", duration(app.schedulingDelay), ended, (batch) => batch.schedulingDelay, width),
    graphLine("processing", duration(app.processingTime), ended, (batch) => batch.processingTime, width),
    graphLine("total", duration(app.totalDelay), ended, (batch) => batch.totalDelay, width),
    graphLine("lag", duration(app.lagMillis), ended, (batch) => batch.lagMillis, width),
  ];
  if (cost !== undefined) {
    const month = costPerMonth === undefined ? "" : `, ${money(costPerMonth.total)} a month at this rate`;
    lines.push({ text: `${padded("cost", 11)} ${money(cost.total)} so far${month}${hint}` });
  }
  if (error !== undefined) {
    lines.push({ text: `${error.name}: ${error.message}`, paint: "red" });
    const facts = [error.operator && `operator ${error.operator}`, error.record && `record ${error.record}`];
    const known = facts.filter((fact) => fact !== undefined && fact !== "");
    if (known.length > 0) lines.push({ text: `  ${known.join(", ")}`, paint: "red" });
  }
  return lines;
}

/** A figure and how it came to be: the newest on the right. */
function graphLine(
  name: string,
  figure: string,
  batches: readonly BatchSummary[],
  of: (batch: BatchSummary) => number | undefined,
  width: number,
): Line {
  const values = batches.slice(0, width).map((batch) => of(batch) ?? 0);
  return { text: `${padded(name, 11)} ${padded(figure, 16)} ${sparkline(values.reverse())}` };
}

function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  const bar = (value: number): string => BARS[most === 0 ? 0 : Math.ceil((value / most) * (BARS.length - 1))] ?? " ";
  return values.map(bar).join("");
}

const COLUMNS = [
  ["batch", 13, (batch: BatchSummary) => clock(batch.time)],
  ["status", 11, ({ status }: BatchSummary) => status],
  ["records", 11, ({ records }: BatchSummary) => count(records)],
  ["delay", 10, ({ schedulingDelay }: BatchSummary) => duration(schedulingDelay)],
  ["processing", 11, ({ processingTime }: BatchSummary) => duration(processingTime)],
  ["total", 10, ({ totalDelay }: BatchSummary) => duration(totalDelay)],
  ["outputs", 8, ({ outputsDone, outputs }: BatchSummary) => `${outputsDone}/${outputs}`],
] as const;

/** As many of the newest batches as there is room for. */
function batchTable(batches: readonly BatchSummary[], room: number): readonly Line[] {
  const head = COLUMNS.map(([name, width]) => padded(name, width, "start")).join(" ");
  const rows = batches.slice(0, room).map((batch): Line => {
    const cells = COLUMNS.map(([, width, text]) => padded(text(batch), width, "start")).join(" ");
    const text = batch.error === undefined ? cells : `${cells}  ${batch.error}`;
    return batch.status === "failed" ? { text, paint: "red" } : { text };
  });
  return [{ text: head, paint: "dim" }, ...rows];
}

function painted(text: string, paint: Paint | undefined): string {
  return paint === undefined ? text : `\u001b[${CODES[paint]}m${text}\u001b[0m`;
}
