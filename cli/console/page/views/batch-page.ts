/** Everything about one batch: what was unusual, what went wrong and on which record, and each attempt that was made. */
import type { BatchSummary, BatchView, ErrorView, OutputView } from "../../../../shared/monitor/view.js";
import { type Child, h, type VNode } from "../dom/vnode.js";
import { findingsOf, phasesOf, type Usual } from "../logic/explain-batch.js";
import { bytes, clock, count, counted, dateAndClock, duration, money, NONE, serviceName } from "../logic/format.js";
import { batchHref } from "../logic/routes.js";
import { type Span, skewOf, spanLength, stageSpan } from "../logic/stage-times.js";
import { bar, cell, command, figure, figures, numberCell, section, status, table, verbatim } from "./parts.js";
import { shardTable } from "./shards.js";

type Stage = BatchView["stages"][number];

export interface Neighbours {
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export function batchPage(
  time: number,
  known: { readonly view: BatchView | undefined; readonly error: string | undefined },
  summary: BatchSummary | undefined,
  neighbours: Neighbours,
  usual: Usual,
): readonly Child[] {
  const { view, error } = known;
  return [
    heading(time, view ?? summary, neighbours),
    view === undefined && h("p", { class: "panel", role: "status" }, error ?? "Loading …"),
    ...(view === undefined ? [] : parts(view, usual)),
  ];
}

function heading(time: number, batch: BatchSummary | undefined, { before, after }: Neighbours): VNode {
  const link = (name: string, to: number | undefined): VNode =>
    to === undefined
      ? h("span", { key: name, class: "unavailable" }, name)
      : h("a", { key: name, href: batchHref(to) }, name);
  return h(
    "div",
    { class: "batch-head" },
    h("h2", { id: "batch-title" }, `Batch ${clock(time)} `, batch && status(batch.status)),
    h("p", { class: "about" }, `${dateAndClock(time)} · ${time} ms`),
    h(
      "nav",
      { "aria-label": "Neighbouring batches", class: "neighbours" },
      link("← Earlier", before),
      link("Later →", after),
    ),
  );
}

function parts(batch: BatchView, usual: Usual): readonly Child[] {
  const failures = [
    batch.failure && errorPanel("failure", "What broke it", batch.failure, batch),
    ...batch.outputOperations
      .filter(({ error }) => error !== undefined && error.message !== batch.failure?.message)
      .map((output) =>
        errorPanel(`failure-${output.id}`, `What broke output ${output.uid}`, output.error as ErrorView, batch),
      ),
  ];
  return [
    ...failures,
    summaryPanel(batch, usual),
    timePanel(batch),
    section(
      "stages",
      "Stages, calls and attempts",
      "A stage is computed in one go; its tasks are sent to executors in calls; a call that fails or takes long is attempted again.",
      batch.stages.length === 0
        ? h("p", { class: "empty" }, "No stage ran.")
        : batch.stages.map((stage) => stagePanel(stage, batch)),
    ),
    section("outputs", "Outputs", undefined, outputTable(batch.outputOperations)),
    section("inputs", "Inputs", undefined, inputTable(batch), shardTable(batch.inputs)),
    batch.state.length > 0 && section("batch-state", "State after the batch", undefined, stateTable(batch)),
    costPanel(batch),
    Object.keys(batch.accumulators).length > 0 &&
      section(
        "accumulators",
        "Accumulators after the batch",
        undefined,
        table(
          "Accumulators",
          [{ name: "Name" }, { name: "Value", isNumber: true }],
          Object.entries(batch.accumulators).map(([name, value]) =>
            h("tr", { key: name }, cell(name), numberCell(value)),
          ),
        ),
      ),
    batch.failure === undefined && replayPanel(batch),
  ];
}

function summaryPanel(batch: BatchView, usual: Usual): VNode {
  return section(
    "summary",
    batch.status === "failed" ? "What happened" : "Why did it take this long?",
    undefined,
    h(
      "ul",
      { class: "findings" },
      findingsOf(batch, usual).map(({ level, text }) => h("li", { class: `finding finding-${level}` }, text)),
    ),
    figures(
      figure("Records", count(batch.records)),
      figure("Size", bytes(batch.bytes)),
      figure("Scheduling delay", duration(batch.schedulingDelay)),
      figure("Processing", duration(batch.processingTime)),
      figure("Total delay", duration(batch.totalDelay)),
      figure("Lag", duration(batch.lagMillis)),
      figure("Tasks", count(batch.tasks)),
      figure("Failed attempts", count(batch.failedAttempts)),
      figure("Hedges", count(batch.hedges), undefined, "Second attempts that were started beside one that took long"),
      figure("Shuffled", bytes(batch.shuffleBytes)),
      figure("Cost", money(batch.cost)),
    ),
  );
}

function errorPanel(id: string, title: string, error: ErrorView, { replay }: BatchView): VNode {
  return h(
    "section",
    { key: id, id, class: "panel panel-failure", "aria-labelledby": `${id}-title` },
    h("h2", { id: `${id}-title` }, title),
    h(
      "dl",
      { class: "facts" },
      fact("Error", h("strong", {}, error.causes.at(-1) ?? `${error.name}: ${error.message}`)),
      error.operator !== undefined && fact("Operator", h("code", {}, error.operator)),
      error.partition !== undefined && fact("Partition", String(error.partition)),
      error.code !== undefined && fact("Code", h("code", {}, error.code)),
    ),
    error.record !== undefined && [
      h("h3", {}, "The record it was working on"),
      verbatim(error.record, "Offending record"),
    ],
    error.stack !== undefined && [h("h3", {}, "Stack trace"), verbatim(error.stack, "Stack trace")],
    replay !== undefined && [h("h3", {}, "Run this batch again on this machine, changing nothing"), command(replay)],
    h(
      "details",
      {},
      h("summary", {}, "The whole message"),
      verbatim([error.message, ...error.causes.map((cause) => `caused by ${cause}`)].join("\n"), "Whole message"),
    ),
  );
}

function fact(name: string, value: Child): readonly VNode[] {
  return [h("dt", {}, name), h("dd", {}, value)];
}

/** Where a batch's time went: bars on one scale, from its beginning to its end. Waiting is none of its work. */
function timePanel(batch: BatchView): VNode {
  const phases = phasesOf(batch);
  const from = batch.startedAt ?? batch.submittedAt;
  const to = phases.reduce((latest, phase) => Math.max(latest, phase.to), batch.endedAt ?? from);
  const whole = Math.max(1, to - from);
  return section(
    "time",
    "Where the time went",
    `From its beginning to its end: ${duration(to - from)}.`,
    table(
      "Phases of the batch",
      [{ name: "Phase" }, { name: "When" }, { name: "Began after", isNumber: true }, { name: "Took", isNumber: true }],
      phases.map((phase, index) =>
        h(
          "tr",
          { key: `${index} ${phase.name}` },
          h("th", { scope: "row" }, phase.name),
          phase.kind === "waiting"
            ? h("td", { class: "about" }, "before it began")
            : h("td", { class: "bar-cell" }, bar((phase.from - from) / whole, spanLength(phase) / whole, phase.kind)),
          numberCell(phase.kind === "waiting" ? NONE : duration(Math.max(0, phase.from - from))),
          numberCell(duration(spanLength(phase))),
        ),
      ),
      "It has not begun.",
    ),
  );
}

function stagePanel(stage: Stage, batch: BatchView): VNode {
  const span = stageSpan(stage);
  const skew = skewOf(stage);
  const attempts = stage.calls.flatMap((call) => call.attempts);
  const failed = attempts.filter(({ outcome }) => outcome !== "done" && outcome !== "abandoned").length;
  const hedges = attempts.filter(({ hedge }) => hedge).length;
  const isAtFault = batch.failure?.operator !== undefined && stage.operators.includes(batch.failure.operator);
  const facts = [
    counted(stage.tasks, "task"),
    stage.collapsedInto === undefined
      ? counted(stage.calls.length, "call")
      : `ran within the call of stage ${stage.collapsedInto}`,
    stage.shuffleBytes > 0 && `${bytes(stage.shuffleBytes)} shuffled`,
    skew !== undefined && `skew ${skew.ratio.toFixed(1)}×`,
    hedges > 0 && counted(hedges, "hedge"),
    failed > 0 && `${counted(failed, "attempt")} failed`,
  ].filter((text) => text !== false);
  return h(
    "details",
    {
      key: stage.id,
      class: `stage${isAtFault ? " stage-failed" : ""}`,
      open: isAtFault || failed > 0 || batch.stages.length === 1,
    },
    h(
      "summary",
      {},
      h("strong", {}, `Stage ${stage.id}`),
      h("span", { class: "stage-operators" }, stage.operators.join(" → ")),
      h("span", { class: "about" }, facts.join(" · ")),
      h("span", { class: "stage-time" }, span === undefined ? "" : duration(spanLength(span))),
    ),
    stage.calls.length > 0 && attemptTable(stage, span ?? { from: 0, to: 0 }),
  );
}

function attemptTable(stage: Stage, stageTime: Span): VNode {
  const whole = Math.max(1, spanLength(stageTime));
  const calls = stage.calls;
  return table(
    `Attempts of stage ${stage.id}`,
    [
      { name: "Call", isNumber: true },
      { name: "Tasks" },
      { name: "Attempt", isNumber: true },
      { name: "Outcome" },
      { name: "Executor" },
      { name: "When" },
      { name: "Began after", isNumber: true },
      { name: "Took", isNumber: true },
      { name: "Error" },
    ],
    calls.flatMap((call, index) =>
      call.attempts.map((attempt, tries) =>
        h(
          "tr",
          { key: `${index}/${tries}`, class: `row-${attempt.outcome}` },
          numberCell(index),
          cell(ranges(call.tasks)),
          numberCell(tries + 1),
          cell(status(attempt.outcome), attempt.hedge && " (hedge)"),
          cell(attempt.executor),
          h(
            "td",
            { class: "bar-cell" },
            bar((attempt.startedAt - stageTime.from) / whole, attempt.millis / whole, attempt.outcome),
          ),
          numberCell(duration(Math.max(0, attempt.startedAt - stageTime.from))),
          numberCell(duration(attempt.millis)),
          h("td", { class: "wrap" }, attempt.error),
        ),
      ),
    ),
  );
}

/** `0 to 3, 7`. */
function ranges(numbers: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < numbers.length; i++) {
    const from = i;
    while (numbers[i + 1] === (numbers[i] as number) + 1) i++;
    parts.push(from === i ? String(numbers[i]) : `${numbers[from]} to ${numbers[i]}`);
  }
  return parts.join(", ");
}

function outputTable(outputs: readonly OutputView[]): VNode {
  return table(
    "Output operations",
    [
      { name: "Operation" },
      { name: "Kind" },
      { name: "Status" },
      { name: "Took", isNumber: true },
      { name: "Retries", isNumber: true },
      { name: "Token" },
      { name: "Error" },
    ],
    outputs.map((output) =>
      h(
        "tr",
        { key: output.id, class: `row-${output.status}` },
        h("th", { scope: "row" }, output.uid),
        cell(output.kind),
        cell(status(output.status)),
        numberCell(duration(output.duration)),
        numberCell(output.retries === undefined ? "–" : count(output.retries)),
        cell(h("code", {}, output.token)),
        h("td", { class: "wrap" }, output.error?.message.split("\n")[0] ?? output.retriedFor),
      ),
    ),
    "Nothing was to be put out.",
  );
}

function inputTable({ inputs }: BatchView): VNode {
  return table(
    "Inputs",
    [
      { name: "Input" },
      { name: "Type" },
      { name: "Records", isNumber: true },
      { name: "Size", isNumber: true },
      { name: "Shards", isNumber: true },
      { name: "Files" },
    ],
    inputs.map((input) =>
      h(
        "tr",
        { key: input.uid },
        h("th", { scope: "row" }, input.uid),
        cell(input.type),
        numberCell(count(input.records)),
        numberCell(bytes(input.bytes)),
        numberCell(count(input.shards.length)),
        h("td", { class: "wrap" }, input.files.join(", ")),
      ),
    ),
    "None.",
  );
}

function stateTable({ state }: BatchView): VNode {
  return table(
    "State after the batch",
    [
      { name: "Operator" },
      { name: "Keys", isNumber: true },
      { name: "Size", isNumber: true },
      { name: "Changed by this batch", isNumber: true },
      { name: "Timed out", isNumber: true },
      { name: "Written", isNumber: true },
      { name: "Partitions", isNumber: true },
    ],
    state.map(({ uid, keys, bytes: size, changed, timedOut, written, partitions }) =>
      h(
        "tr",
        { key: uid },
        h("th", { scope: "row" }, uid),
        numberCell(count(keys)),
        numberCell(bytes(size)),
        numberCell(count(changed)),
        numberCell(count(timedOut)),
        numberCell(bytes(written)),
        numberCell(count(partitions)),
      ),
    ),
  );
}

function costPanel({ costs }: BatchView): VNode | false {
  if (costs === undefined) return false;
  const services = Object.entries(costs.services).toSorted(([, a], [, b]) => b - a);
  return section(
    "batch-cost",
    "What it cost",
    "On AWS, at list price.",
    figures(
      figure("Total", money(costs.total)),
      services.map(([service, dollars]) => figure(serviceName(service), money(dollars))),
    ),
  );
}

function replayPanel({ replay }: BatchView): VNode | false {
  if (replay === undefined) return false;
  return section("replay", "Run it again", "On this machine, under a debugger, changing nothing.", command(replay));
}
