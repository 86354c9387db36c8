/**
 * Requests as bytes, for executors in other processes. The lineage of a batch is the same in all its calls and, when there are many
 * shards, by far the largest part of them: it is encoded once, and decoded once by each executor.
 */
import { decode, encode } from "../codec/index.js";
import type { ExecutorRequest, LineageRequest, RunRequest } from "./messages.js";
import { lineageKey } from "./prepared.js";

/** A run request with its lineage as bytes. */
interface WireRun extends Omit<RunRequest, "lineage"> {
  readonly lineage: Uint8Array;
  /** Name of the lineage. */
  readonly key: string;
}

const encoded = new WeakMap<LineageRequest, Uint8Array>();

/** @throws {NotSerializableError} */
export function encodeRequest(request: ExecutorRequest): Uint8Array {
  if (request.type !== "run") return encode(request);
  const { lineage } = request;
  return encode({ ...request, lineage: encodingOf(lineage), key: lineageKey(lineage) } satisfies WireRun);
}

function encodingOf(lineage: LineageRequest): Uint8Array {
  const existing = encoded.get(lineage);
  if (existing !== undefined) return existing;
  const bytes = encode(lineage);
  encoded.set(lineage, bytes);
  return bytes;
}

/** Most lineages remembered: the batch that runs, and actions of the outputs of the one before. */
const MAX_LINEAGES = 4;

/** Reads requests in one executor. */
export class RequestReader {
  readonly #lineages = new Map<string, LineageRequest>();

  /** @throws {CorruptDataError} */
  read(bytes: Uint8Array): ExecutorRequest {
    const request = decode(bytes) as WireRun | Exclude<ExecutorRequest, RunRequest>;
    if (request.type !== "run") return request;
    const { key, ...run } = request;
    return { ...run, lineage: this.#lineage(key, request.lineage) };
  }

  #lineage(key: string, bytes: Uint8Array): LineageRequest {
    const known = this.#lineages.get(key);
    if (known !== undefined) return known;
    const lineage = decode(bytes) as LineageRequest;
    this.#lineages.set(key, lineage);
    const [oldest] = this.#lineages.keys();
    if (this.#lineages.size > MAX_LINEAGES && oldest !== undefined) this.#lineages.delete(oldest);
    return lineage;
  }
}
