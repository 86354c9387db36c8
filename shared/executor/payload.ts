/**
 * How encoded requests and replies travel where a message has a limit, as through Lambda, whose payloads are JSON of at most
 * 6 MB: as base64, and what is too large as an object whose name travels instead. Both sides of an invocation use these.
 */
import { messageName } from "../checkpoint/index.js";
import { CorruptDataError, ExecutorLostError } from "../errors/index.js";
import type { BlockStore, Ids } from "../ports/index.js";

/**
 * Most encoded bytes that travel in the payload itself. As base64 they become 5.6 MB; the limit is 6 MB.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const INLINE_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** What stands in the JSON: the bytes, or the name of the object that holds them. */
export type PayloadEnvelope = { readonly v: 1; readonly body: string } | { readonly v: 1; readonly object: string };

/** What one side of an invocation sends large messages with. */
export interface PayloadSender {
  readonly blocks: BlockStore;
  readonly ids: Ids;
  readonly job: string;
  /** Most encoded bytes that travel in the payload itself. @defaultValue {@link INLINE_PAYLOAD_BYTES} */
  readonly limit?: number;
}

/**
 * Packs bytes for the way.
 *
 * @example
 * const envelope = await packPayload(encode(reply), { blocks, ids, job });
 */
export async function packPayload(bytes: Uint8Array, sender: PayloadSender): Promise<PayloadEnvelope> {
  const { blocks, ids, job, limit = INLINE_PAYLOAD_BYTES } = sender;
  if (bytes.length <= limit) {
    return { v: 1, body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64") };
  }
  const object = messageName(job, ids.next());
  await blocks.put(object, bytes);
  return { v: 1, object };
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

/**
 * A request and its reply, and none of their objects afterwards, whichever way it ended. What could not be deleted is swept:
 * scratch does not outlive its batch for long.
 *
 * @param send brings the request's envelope to an executor, and back the reply's.
 * @throws what `send` throws, and what {@link unpackPayload} does.
 */
export async function exchangePayloads(
  request: Uint8Array,
  sender: PayloadSender,
  send: (envelope: PayloadEnvelope) => Promise<unknown>,
): Promise<Uint8Array> {
  const { blocks } = sender;
  const sent = await packPayload(request, sender);
  const objects: (string | undefined)[] = [objectOf(sent)];
  try {
    const reply = await send(sent);
    objects.push(objectOf(reply));
    return await unpackPayload(reply, blocks);
  } finally {
    const names = objects.filter((name) => name !== undefined);
    if (names.length > 0) await blocks.delete(names).catch(() => {});
  }
}

/** The object that an envelope speaks of, if it does. */
function objectOf(envelope: unknown): string | undefined {
  return isEnvelope(envelope) && "object" in envelope ? envelope.object : undefined;
}

function isEnvelope(value: unknown): value is PayloadEnvelope {
  if (typeof value !== "object" || value === null) return false;
  const { v, body, object } = value as { v?: unknown; body?: unknown; object?: unknown };
  return v === 1 && (typeof body === "string" || typeof object === "string");
}
