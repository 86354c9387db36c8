/**
 * How encoded requests and replies travel through Lambda, whose payloads are JSON of at most 6 MB: as base64, and what is too
 * large as an object whose name travels instead. Both sides of an invocation use these.
 */
import { CorruptDataError, ExecutorLostError } from "../errors/index.js";
import type { BlockStore } from "../ports/index.js";

/**
 * Most encoded bytes that travel in the payload itself. As base64 they become 5.6 MB; the limit is 6 MB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const INLINE_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** What stands in the JSON: the bytes, or the name of the object that holds them. */
export type PayloadEnvelope = { readonly v: 1; readonly body: string } | { readonly v: 1; readonly object: string };

/**
 * Packs bytes for the way through Lambda.
 *
 * @param name Name for the object, should one be needed: one that only this execution can produce.
 * @example
 * const envelope = await packPayload(encode(reply), blocks, `${job}/sh/invoke/${ids.next()}`);
 */
export async function packPayload(bytes: Uint8Array, blocks: BlockStore, name: string): Promise<PayloadEnvelope> {
  if (bytes.length <= INLINE_PAYLOAD_BYTES) {
    return { v: 1, body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64") };
  }
  await blocks.put(name, bytes);
  return { v: 1, object: name };
}

/**
 * The bytes in an envelope.
 *
 * @throws {CorruptDataError} when it is no envelope, or of a version that is not known.
 * @throws {ExecutorLostError} when the object is gone: whoever sent it has given up and cleaned up.
 */
export async function unpackPayload(envelope: unknown, blocks: BlockStore): Promise<Uint8Array> {
  if (!isEnvelope(envelope)) {
    throw new CorruptDataError(
      "This is not a message of Sluice: a function was invoked, or has replied, in another way.",
    );
  }
  if ("body" in envelope) return Buffer.from(envelope.body, "base64");
  const bytes = await blocks.get(envelope.object);
  if (bytes === undefined) {
    throw new ExecutorLostError(`The message ${envelope.object} is gone.`, { object: envelope.object });
  }
  return bytes;
}

/** The object that an envelope speaks of, if it does. */
export function objectOf(envelope: unknown): string | undefined {
  return isEnvelope(envelope) && "object" in envelope ? envelope.object : undefined;
}

function isEnvelope(value: unknown): value is PayloadEnvelope {
  if (typeof value !== "object" || value === null) return false;
  const { v, body, object } = value as { v?: unknown; body?: unknown; object?: unknown };
  return v === 1 && (typeof body === "string" || typeof object === "string");
}
