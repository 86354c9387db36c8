/**
 * Requests on their way to executors in other threads and processes. The lineage of a batch is the same in all its calls and, when it
 * has many partitions, by far the largest part of them: it is encoded once, or sent to each thread once, and read once by each executor.
 */
import { decode, encode } from "../codec/index.js";
import type { ExecutorRequest, LineageRequest, ReadShardRequest, RunRequest } from "./messages.js";
import { lineageKey } from "./prepared.js";

/** A run request that names its lineage, which travels beside it, or has before. */
export interface NamedRun extends Omit<RunRequest, "lineage"> {
  readonly key: string;
}

/** Most lineages remembered: the batch that runs, and actions of the outputs of the one before. */
const MAX_LINEAGES = 4;

/** Lineages by name, the oldest forgotten first: two that are told the same names in the same order know the same. */
class Lineages<T> {
  readonly #known = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#known.get(key);
  }

  add(key: string, value: T): T {
    this.#known.set(key, value);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_LINEAGES && oldest !== undefined) this.#known.delete(oldest);
    return value;
  }
}

function named({ lineage, ...run }: RunRequest): NamedRun {
  return { ...run, key: lineageKey(lineage) };
}

// --- As messages between threads ----------------------------------------------------------------------------------------

/** @property lineage Only the first time. */
export interface ThreadMessage {
  readonly request: NamedRun | ReadShardRequest;
  readonly lineage?: LineageRequest;
}

/** The driver's side of one thread. */
export class ThreadSender {
  readonly #sent = new Lineages<true>();

  pack(request: ExecutorRequest): ThreadMessage {
    if (request.type !== "run") return { request };
    const run = named(request);
    if (this.#sent.get(run.key)) return { request: run };
    this.#sent.add(run.key, true);
    return { request: run, lineage: request.lineage };
  }
}

/** The thread's side; messages must come in the order in which they were packed. */
export class ThreadReceiver {
  readonly #lineages = new Lineages<LineageRequest>();

  unpack({ request, lineage }: ThreadMessage): ExecutorRequest {
    if (request.type !== "run") return request;
    const { key, ...run } = request;
    const known = lineage === undefined ? this.#lineages.get(key) : this.#lineages.add(key, lineage);
    return { ...run, lineage: known as LineageRequest };
  }
}

// --- As bytes between processes -----------------------------------------------------------------------------------------

interface EncodedRun extends NamedRun {
  readonly lineage: Uint8Array;
}

const encodings = new WeakMap<LineageRequest, Uint8Array>();

/** @throws {NotSerializableError} */
export function encodeRequest(request: ExecutorRequest): Uint8Array {
  if (request.type !== "run") return encode(request);
  return encode({ ...named(request), lineage: encodingOf(request.lineage) } satisfies EncodedRun);
}

function encodingOf(lineage: LineageRequest): Uint8Array {
  const existing = encodings.get(lineage);
  if (existing !== undefined) return existing;
  const bytes = encode(lineage);
  encodings.set(lineage, bytes);
  return bytes;
}

/** Reads requests in one process. */
export class RequestReader {
  readonly #lineages = new Lineages<LineageRequest>();

  /** @throws {CorruptDataError} */
  read(bytes: Uint8Array): ExecutorRequest {
    const request = decode(bytes) as EncodedRun | ReadShardRequest;
    if (request.type !== "run") return request;
    const { key, lineage, ...run } = request;
    return { ...run, lineage: this.#lineages.get(key) ?? this.#lineages.add(key, decode(lineage) as LineageRequest) };
  }
}
