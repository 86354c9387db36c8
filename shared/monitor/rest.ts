/** The REST API: a function from request to answer. Spark's paths and fields, and what the page needs besides. */
import { prometheusText } from "./prometheus.js";
import type { MonitorSource } from "./source.js";
import { batchInfo, operation, operations, receiver, type SparkStatus, sparkStatus, statistics } from "./spark-json.js";
import { NotKept, type StateExplorer } from "./state-explorer.js";
import type { BatchView } from "./view.js";

export interface RestReply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What the API tells about. */
export interface RestContext {
  readonly source: MonitorSource;
  /** `undefined`: state cannot be looked into. */
  readonly state: StateExplorer | undefined;
}

type Answer = unknown | Promise<unknown>;
type Handler = (context: RestContext, parts: readonly string[], query: URLSearchParams) => Answer;

class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** By pattern: `*` stands for one segment. */
const ROUTES: readonly (readonly [pattern: string, handler: Handler])[] = [
  ["statistics", ({ source }) => statistics(source)],
  ["receivers", ({ source }) => source.app().receivers.map(receiver)],
  ["receivers/*", ({ source }, [id]) => receiver(found(receiverOf(source, id), `receiver ${id}`))],
  ["batches", ({ source }, _, query) => listBatches(source, query)],
  ["batches/*", ({ source }, [time]) => batchInfo(batchOf(source, time), source.app())],
  ["batches/*/operations", ({ source }, [time]) => operations(batchOf(source, time))],
  ["batches/*/operations/*", ({ source }, [time, id]) => operation(operationOf(batchOf(source, time), id))],
  ["app", ({ source }) => source.app()],
  ["graph", ({ source }) => source.graph()],
  ["timeline", ({ source }) => source.timeline()],
  ["app/batches", ({ source }) => source.batches()],
  ["app/batches/*", ({ source }, [time]) => batchOf(source, time)],
  ["state", (context, _, query) => explorer(context).overview(batchIn(query))],
  ["state/*/key", (context, [uid], query) => explorer(context).key(text(uid), required(query, "key"), batchIn(query))],
  [
    "state/*/keys",
    (context, [uid], query) => explorer(context).search(text(uid), required(query, "text"), batchIn(query)),
  ],
  ["state/*/biggest", (context, [uid], query) => explorer(context).biggest(text(uid), batchIn(query))],
];

const PREFIX = "/api/v1/";
/** Spark's own paths have the application in them; those of one application need it not. */
const SPARK_PREFIX = /^\/api\/v1\/(?:applications\/[^/]+\/)?streaming\//;

/**
 * Answers a request; `undefined` when the path is none of its.
 *
 * @example
 * const reply = await rest({ source: history, state: undefined }, "GET", "/api/v1/statistics", new URLSearchParams());
 */
export async function rest(
  context: RestContext,
  method: string,
  path: string,
  query: URLSearchParams,
): Promise<RestReply | undefined> {
  const isMetrics = path === "/metrics";
  if (!isMetrics && !path.startsWith(PREFIX)) return undefined;
  if (method !== "GET" && method !== "HEAD")
    return json(405, { error: "Nothing can be changed here: GET and HEAD only." });
  if (isMetrics) {
    return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: prometheusText(context.source) };
  }
  try {
    return json(200, await answer(context, path.replace(SPARK_PREFIX, PREFIX).slice(PREFIX.length), query));
  } catch (error) {
    if (error instanceof HttpError) return json(error.status, { error: error.message });
    if (error instanceof NotKept) return json(404, { error: error.message });
    return json(500, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** JSON that means nothing to an HTML parser, should one ever get to see it. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? `${part}n` : part)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function answer(context: RestContext, path: string, query: URLSearchParams): Answer {
  let segments: readonly string[];
  try {
    segments = path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    throw new HttpError(400, "The path is not well encoded.");
  }
  for (const [pattern, handler] of ROUTES) {
    const parts = match(pattern.split("/"), segments);
    if (parts !== undefined) return handler(context, parts, query);
  }
  throw new HttpError(404, `There is no ${PREFIX}${path}.`);
}

function match(pattern: readonly string[], segments: readonly string[]): readonly string[] | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parts: string[] = [];
  for (const [i, expected] of pattern.entries()) {
    const segment = segments[i] ?? "";
    if (expected === "*") parts.push(segment);
    else if (expected !== segment) return undefined;
  }
  return parts;
}

function json(status: number, value: unknown): RestReply {
  return { status, type: "application/json; charset=utf-8", body: safeJson(value) };
}

function listBatches(source: MonitorSource, query: URLSearchParams): readonly object[] {
  const wanted = query.getAll("status").map((status) => status.toUpperCase());
  const unknown = wanted.find((status) => !["COMPLETED", "QUEUED", "PROCESSING"].includes(status));
  if (unknown !== undefined) throw new HttpError(400, `No status ${unknown}: use COMPLETED, QUEUED or PROCESSING.`);
  const app = source.app();
  const batches = source.batches();
  return batches
    .filter((batch) => wanted.length === 0 || (wanted as SparkStatus[]).includes(sparkStatus(batch)))
    .map((batch) => batchInfo(batch, app));
}

function batchOf(source: MonitorSource, time: string | undefined): BatchView {
  return found(source.batch(Number(time)), `batch ${time}`);
}

function receiverOf(source: MonitorSource, id: string | undefined) {
  return source.app().receivers.find(({ streamId }) => String(streamId) === id);
}

function operationOf(batch: BatchView, id: string | undefined): BatchView["outputOperations"][number] {
  const operation = batch.outputOperations.find((candidate) => String(candidate.id) === id);
  return found(operation, `output operation ${id} in batch ${batch.time}`);
}

function explorer({ state }: RestContext): StateExplorer {
  return found(state, "state to be looked into");
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new HttpError(404, `There is no ${what}.`);
  return value;
}

function batchIn(query: URLSearchParams): number | undefined {
  const time = query.get("batch");
  if (time === null || time === "") return undefined;
  const value = Number(time);
  if (!Number.isSafeInteger(value)) throw new HttpError(400, `batch=${time} is no batch time in milliseconds.`);
  return value;
}

function required(query: URLSearchParams, name: string): string {
  const value = query.get(name);
  if (value === null) throw new HttpError(400, `Add ?${name}=...`);
  return value;
}

function text(part: string | undefined): string {
  return part ?? "";
}
