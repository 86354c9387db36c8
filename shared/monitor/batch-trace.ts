/**
 * A batch as a trace: one OTLP/HTTP JSON request (`ExportTraceServiceRequest`), for any collector of OpenTelemetry. Pure, and
 * made of the record alone, so that executors need not know of it: their work is the spans of the attempts at calling them.
 */
import { createHash } from "node:crypto";
import type { AttemptRecord, CallRecord, InputRecord, StageRecord } from "../checkpoint/index.js";
import { firstLine } from "./text.js";
import type { BatchView, ErrorView, OutputView } from "./view.js";

/** What all traces of an application have in common. */
export interface TraceScope {
  readonly appName: string;
  /** Beginning of the names of all that belongs to the application. */
  readonly job: string;
  readonly codeVersion: string;
}

type AttributeValue = string | number | readonly string[] | undefined;
type Attributes = Readonly<Record<string, AttributeValue>>;

interface SpanEvent {
  readonly at: number;
  readonly name: string;
  readonly attributes: Attributes;
}

/** A span before it has ids. */
interface Span {
  /** Names it within the trace; the path of its parent is what comes before the last slash. */
  readonly path: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly attributes: Attributes;
  /** Message of what went wrong; `undefined` when nothing did. */
  readonly error?: string | undefined;
  readonly events?: readonly SpanEvent[];
  /** True for a call of another process. */
  readonly isCall?: boolean;
}

/** Beginning of all paths: the span of the batch itself. */
const ROOT = "batch";

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
const KIND = { internal: 1, client: 3 } as const;
const STATUS = { unset: 0, error: 2 } as const;

/**
 * The trace of a batch: batch → inputs → shards → attempts, stages → calls → attempts, and outputs. The same batch has the same ids
 * whoever makes it; one that is run again after a crash adds its spans to the trace, or says the same again.
 *
 * @example
 * batchTrace(history.batch(1_700_000_000_000)!, { appName: "word-count", job: "job-word-count", codeVersion: "1" });
 */
export function batchTrace(batch: BatchView, scope: TraceScope): object {
  const traceId = hash(`${scope.job}/${batch.time}`, 32);
  const spans = [
    rootSpan(batch, scope),
    ...batch.inputs.flatMap((input) => inputSpans(input, batch)),
    ...batch.stages.flatMap((stage) => stageSpans(stage, batch)),
    ...batch.outputOperations.flatMap(outputSpan),
  ];
  return {
    resourceSpans: [
      {
        resource: {
          attributes: attributeList({ "service.name": scope.appName, "service.version": scope.codeVersion }),
        },
        scopeSpans: [{ scope: { name: "sluice" }, spans: spans.map((span) => otlpSpan(span, traceId)) }],
      },
    ],
  };
}

function rootSpan(batch: BatchView, { job }: TraceScope): Span {
  const { failure, committedAt, submittedAt, startedAt = submittedAt } = batch;
  const to = batch.endedAt ?? committedAt ?? startedAt;
  const states = batch.state.map(({ uid, keys, bytes, written, changed, timedOut }) => ({
    at: committedAt ?? to,
    name: "state",
    attributes: {
      "sluice.operator": uid,
      "sluice.state.keys": keys,
      "sluice.state.bytes": bytes,
      "sluice.state.written_bytes": written,
      "sluice.state.changed_keys": changed,
      "sluice.state.timed_out_keys": timedOut,
    },
  }));
  return {
    path: ROOT,
    name: "batch",
    from: startedAt,
    to,
    attributes: {
      "sluice.job": job,
      "sluice.batch.time": batch.time,
      "sluice.batch.records": batch.records,
      "sluice.batch.bytes": batch.bytes,
      "sluice.batch.scheduling_delay_ms": batch.schedulingDelay,
      "sluice.batch.lag_ms": batch.lagMillis,
      "sluice.batch.tasks": batch.tasks,
      "sluice.batch.shuffle_bytes": batch.shuffleBytes,
      ...(failure && failureAttributes(failure)),
    },
    error: batch.status === "failed" ? (batch.error ?? "failed") : undefined,
    events: failure === undefined ? states : [...states, exceptionEvent(failure, to)],
  };
}

function inputSpans(input: InputRecord, { startedAt = 0 }: BatchView): readonly Span[] {
  const path = `${ROOT}/input-${input.id}`;
  const shards = input.shards.flatMap((shard): readonly Span[] => {
    const own = `${path}/${shard.shard}`;
    const attributes = {
      "sluice.shard": shard.shard,
      "sluice.shard.records": shard.records,
      "sluice.shard.bytes": shard.bytes,
      "sluice.shard.position": shard.position,
      "sluice.shard.lag_ms": shard.lagMillis,
    };
    const read = { path: own, name: `shard ${shard.shard}`, ...during(shard.attempts, startedAt), attributes };
    return [read, ...attemptSpans(own, shard.attempts)];
  });
  return [
    {
      path,
      name: `input ${input.uid}`,
      ...during(
        input.shards.flatMap(({ attempts }) => attempts),
        startedAt,
      ),
      attributes: {
        "sluice.operator": input.uid,
        "sluice.input.type": input.type,
        "sluice.input.records": input.records,
        "sluice.input.bytes": input.bytes,
      },
    },
    ...shards,
  ];
}

/** A stage that ran in the call of another has no span: its operators are among that one's. */
function stageSpans(stage: StageRecord, { stages, startedAt = 0 }: BatchView): readonly Span[] {
  if (stage.collapsedInto !== undefined) return [];
  const path = `${ROOT}/stage-${stage.id}`;
  const together = [stage, ...stages.filter(({ collapsedInto }) => collapsedInto === stage.id)];
  const calls = stage.calls.flatMap((call, i): readonly Span[] => {
    const own = `${path}/${i}`;
    const attributes = { "sluice.call.tasks": call.tasks.length };
    const made = { path: own, name: `call ${i}`, ...during(call.attempts, startedAt), attributes };
    return [{ ...made, error: failureOf(call) }, ...attemptSpans(own, call.attempts)];
  });
  return [
    {
      path,
      name: `stage ${stage.id}`,
      ...during(
        stage.calls.flatMap(({ attempts }) => attempts),
        startedAt,
      ),
      attributes: {
        "sluice.stage": stage.id,
        "sluice.stage.operators": [...new Set(together.flatMap(({ operators }) => operators))],
        "sluice.stage.tasks": together.reduce((sum, { tasks }) => sum + tasks, 0),
        "sluice.stage.shuffle_bytes": stage.shuffleBytes,
      },
      error: stage.calls.map(failureOf).find((error) => error !== undefined),
    },
    ...calls,
  ];
}

function attemptSpans(parent: string, attempts: readonly AttemptRecord[]): readonly Span[] {
  return attempts.map((attempt, i) => {
    const { executor, outcome, hedge, startedAt, millis, error } = attempt;
    const isFailure = outcome !== "done" && outcome !== "abandoned";
    return {
      path: `${parent}/${i}`,
      name: `attempt ${i + 1}`,
      from: startedAt,
      to: startedAt + millis,
      attributes: {
        "sluice.executor": executor,
        "sluice.attempt.outcome": outcome,
        "sluice.attempt.hedge": String(hedge),
        ...(isFailure && { "error.type": outcome }),
      },
      error: isFailure ? (error ?? outcome) : undefined,
      isCall: executor !== "in-place",
    };
  });
}

/** Why none of the attempts at a call came to anything. */
function failureOf({ attempts }: CallRecord): string | undefined {
  if (attempts.some(({ outcome }) => outcome === "done")) return undefined;
  const last = attempts.findLast(({ outcome }) => outcome !== "abandoned");
  return last && (last.error ?? last.outcome);
}

/** An output that has not begun has no span. */
function outputSpan({ id, uid, kind, token, startedAt, endedAt, retries, error }: OutputView): readonly Span[] {
  if (startedAt === undefined) return [];
  const to = endedAt ?? startedAt;
  return [
    {
      path: `${ROOT}/output-${id}`,
      name: `output ${uid}`,
      from: startedAt,
      to,
      attributes: {
        "sluice.operator": uid,
        "sluice.output.kind": kind,
        "sluice.output.token": token,
        "sluice.output.retries": retries,
        ...(error && failureAttributes(error)),
      },
      error: error?.message,
      ...(error && { events: [exceptionEvent(error, to)] }),
    },
  ];
}

function failureAttributes({ name, code, operator, partition, record }: ErrorView): Attributes {
  return {
    "error.type": code ?? name,
    "sluice.failure.operator": operator,
    "sluice.failure.partition": partition,
    "sluice.failure.record": record,
  };
}

/** https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/ */
function exceptionEvent({ name, message, stack }: ErrorView, at: number): SpanEvent {
  return {
    at,
    name: "exception",
    attributes: { "exception.type": name, "exception.message": message, "exception.stacktrace": stack },
  };
}

/** From the first attempt's beginning to the last one's end. */
function during(attempts: readonly AttemptRecord[], otherwise: number): { readonly from: number; readonly to: number } {
  if (attempts.length === 0) return { from: otherwise, to: otherwise };
  return {
    from: attempts.reduce((from, { startedAt }) => Math.min(from, startedAt), Number.POSITIVE_INFINITY),
    to: attempts.reduce((to, { startedAt, millis }) => Math.max(to, startedAt + millis), 0),
  };
}

function otlpSpan({ path, name, from, to, attributes, error, events, isCall }: Span, traceId: string): object {
  return {
    traceId,
    spanId: hash(`${traceId}/${path}`, 16),
    ...(path !== ROOT && { parentSpanId: hash(`${traceId}/${path.slice(0, path.lastIndexOf("/"))}`, 16) }),
    name,
    kind: isCall === true ? KIND.client : KIND.internal,
    startTimeUnixNano: nanoseconds(from),
    endTimeUnixNano: nanoseconds(Math.max(from, to)),
    attributes: attributeList(attributes),
    status: error === undefined ? { code: STATUS.unset } : { code: STATUS.error, message: firstLine(error) },
    ...(events && {
      events: events.map((event) => ({
        timeUnixNano: nanoseconds(event.at),
        name: event.name,
        attributes: attributeList(event.attributes),
      })),
    }),
  };
}

/** What is not known is left out. */
function attributeList(attributes: Attributes): readonly object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: attributeValue(value) }],
  );
}

/** 64-bit integers are strings in the JSON of protocol buffers. */
function attributeValue(value: string | number | readonly string[]): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "number") return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map(attributeValue) } };
}

/** Exact to the microsecond: nanoseconds since the epoch do not fit into a number. */
function nanoseconds(millis: number): string {
  return `${Math.round(millis * 1000)}000`;
}

function hash(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
