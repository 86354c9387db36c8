/** The second question answered in words: where did a batch's time go, and what was unusual about it? */
import type { BatchSummary, BatchView } from "../../../../shared/monitor/view.js";
import { count, counted, duration, interval, percent } from "./format.js";
import { type Span, skewOf, spanLength, spanOf, stageSpan } from "./stage-times.js";
import { quantile } from "./statistics.js";

/** A part of a batch's time. */
export interface Phase extends Span {
  readonly name: string;
  readonly kind: "waiting" | "reading" | "stage" | "commit" | "output";
}

export interface Finding {
  readonly level: "bad" | "warn" | "info";
  readonly text: string;
}

/** What batches of this application are like; without any, nothing is compared. */
export interface Usual {
  readonly batchDuration: number;
  readonly records: number | undefined;
  readonly processingTime: number | undefined;
}

/** A share of the batch's time from which on a phase is worth a word. */
const LARGE_SHARE = 0.2;
/** So much slower than the median call makes a stage skewed. */
const SKEWED = 2;
/** Differences below are noise, milliseconds. */
const NOISE_MILLIS = 50;
/** So many times the usual records is a burst. */
const BURST = 1.5;

export function usualOf(batches: readonly BatchSummary[], batchDuration: number): Usual {
  const done = batches.filter(({ status }) => status === "completed");
  const median = (values: readonly (number | undefined)[]): number | undefined =>
    quantile(
      values.filter((value) => value !== undefined).toSorted((a, b) => a - b),
      0.5,
    );
  return {
    batchDuration,
    records: median(done.map(({ records }) => records)),
    processingTime: median(done.map(({ processingTime }) => processingTime)),
  };
}

/** In order of their beginning. Stages and outputs may overlap. */
export function phasesOf(batch: BatchView): readonly Phase[] {
  const { submittedAt, startedAt, committedAt } = batch;
  const phases: Phase[] = [];
  if (startedAt === undefined) return phases;
  phases.push({ name: "Waiting for its turn", kind: "waiting", from: submittedAt, to: startedAt });
  const reading = spanOf(batch.inputs.flatMap(({ shards }) => shards.flatMap(({ attempts }) => attempts)));
  if (reading !== undefined) phases.push({ name: "Reading inputs", kind: "reading", ...reading });
  for (const stage of batch.stages) {
    const span = stageSpan(stage);
    if (span !== undefined) phases.push({ name: `Stage ${stage.id}`, kind: "stage", ...span });
  }
  if (committedAt !== undefined) {
    const worked = phases.reduce((latest, { to }) => Math.max(latest, to), startedAt);
    phases.push({ name: "Committing", kind: "commit", from: Math.min(worked, committedAt), to: committedAt });
  }
  for (const { uid, startedAt: from, endedAt: to } of batch.outputOperations) {
    if (from !== undefined && to !== undefined) phases.push({ name: `Output ${uid}`, kind: "output", from, to });
  }
  return phases.toSorted((a, b) => a.from - b.from);
}

/** The most important first; at least one. */
export function findingsOf(batch: BatchView, usual: Usual): readonly Finding[] {
  const findings = [
    ...failures(batch),
    ...delays(batch, usual),
    ...skews(batch),
    ...attempts(batch),
    ...load(batch, usual),
  ];
  return findings.length > 0 ? findings : [{ level: "info", text: unremarkable(batch, usual) }];
}

function failures({ failure, outputOperations }: BatchView): readonly Finding[] {
  const findings: Finding[] = [];
  if (failure !== undefined) {
    const where = failure.operator === undefined ? "" : ` in ${failure.operator}`;
    findings.push({ level: "bad", text: `It failed${where}: see the error above.` });
  }
  for (const { uid, status, retries = 0, retriedFor } of outputOperations) {
    if (retries > 0) {
      const times = retries === 1 ? "once more" : `${retries} times more`;
      findings.push({ level: "warn", text: `Output ${uid} was tried ${times}, because it failed: ${retriedFor}` });
    }
    if (status === "failed") findings.push({ level: "bad", text: `Output ${uid} was given up.` });
  }
  return findings;
}

function delays(batch: BatchView, { batchDuration }: Usual): readonly Finding[] {
  const { schedulingDelay = 0, processingTime = 0, totalDelay } = batch;
  const findings: Finding[] = [];
  if (processingTime > batchDuration) {
    findings.push({
      level: "bad",
      text: `Processing took ${duration(processingTime)}, ${percent(processingTime / batchDuration)} of the interval of ${interval(batchDuration)}.`,
    });
  }
  if (totalDelay !== undefined && schedulingDelay > LARGE_SHARE * totalDelay && schedulingDelay > NOISE_MILLIS) {
    findings.push({
      level: schedulingDelay > batchDuration ? "bad" : "warn",
      text: `It waited ${duration(schedulingDelay)} for earlier batches: look at what those did.`,
    });
  }
  const longest = phasesOf(batch)
    .filter(({ kind }) => kind !== "waiting")
    .toSorted((a, b) => spanLength(b) - spanLength(a))[0];
  if (longest !== undefined && spanLength(longest) > LARGE_SHARE * batchDuration) {
    const share =
      processingTime > 0 ? ` of ${duration(processingTime)} (${percent(spanLength(longest) / processingTime)})` : "";
    findings.push({
      level: processingTime > 0.8 * batchDuration ? "warn" : "info",
      text: `Most time went into ${described(longest, batch)}: ${duration(spanLength(longest))}${share}.`,
    });
  }
  return findings;
}

function described(phase: Phase, { stages }: BatchView): string {
  if (phase.kind !== "stage") return phase.name.charAt(0).toLowerCase() + phase.name.slice(1);
  const stage = stages.find(({ id }) => phase.name === `Stage ${id}`);
  return stage === undefined || stage.operators.length === 0
    ? phase.name.toLowerCase()
    : `stage ${stage.id} (${stage.operators.join(", ")})`;
}

function skews({ stages }: BatchView): readonly Finding[] {
  return stages.flatMap((stage): Finding[] => {
    const skew = skewOf(stage);
    if (skew === undefined || skew.ratio < SKEWED || skew.slowestMillis < NOISE_MILLIS) return [];
    const { tasks } = skew.slowest;
    return [
      {
        level: "warn",
        text: `Stage ${stage.id} is skewed: ${tasks.length === 1 ? "task" : "tasks"} ${tasks.join(", ")} took ${duration(skew.slowestMillis)}, the median call ${duration(skew.medianMillis)}. One key or shard may have most of the records.`,
      },
    ];
  });
}

function attempts({ failedAttempts, hedges }: BatchView): readonly Finding[] {
  const findings: Finding[] = [];
  if (failedAttempts > 0) {
    findings.push({
      level: "warn",
      text: `Attempts that failed, got lost or were throttled: ${count(failedAttempts)}.`,
    });
  }
  if (hedges > 0) {
    findings.push({
      level: "info",
      text: `${counted(hedges, "call")} took long enough that a second attempt was started beside it.`,
    });
  }
  return findings;
}

function load({ records }: BatchView, usual: Usual): readonly Finding[] {
  if (usual.records === undefined || records <= BURST * usual.records || records - usual.records < 10) return [];
  return [{ level: "info", text: `It had ${count(records)} records; the median batch has ${count(usual.records)}.` }];
}

function unremarkable({ processingTime, status }: BatchView, usual: Usual): string {
  if (status === "queued") return "It has not begun.";
  if (processingTime === undefined) return "It is being processed.";
  return `Nothing unusual: it took ${duration(processingTime)}, ${percent(processingTime / usual.batchDuration)} of its interval.`;
}
