/** Puts lines as records into a stream. */
import { createHash } from "node:crypto";
import { CorruptDataError, ThrottledError } from "../../shared/errors/index.js";
import type { Clock, PutEntry, PutResult, StreamSource } from "../../shared/ports/index.js";

/** Most records in one call. */
const MAX_RECORDS = 500;

/** Pause before refused records are put again, milliseconds; doubles from time to time up to the greatest. */
const FIRST_PAUSE_MILLIS = 100;
const GREATEST_PAUSE_MILLIS = 5000;

/** So often in a row may all that is put be refused: with the pauses, about a minute. */
const MAX_ATTEMPTS = 16;

/** Hexadecimal digits of a hash that make a partition key. */
const KEY_DIGITS = 32;

/** What became of the lines. */
export interface PutCounts {
  records: number;
  bytes: number;
  /** Records that were refused and put again. */
  retried: number;
}

/** Gives a line its partition key. @param number of the line, from 1. */
export type KeyOf = (line: string, number: number) => string;

/** The same line has the same key; different ones are spread over all shards. */
export const keyByHash: KeyOf = (line) => createHash("sha256").update(line).digest("hex").slice(0, KEY_DIGITS);

/**
 * The key is a field of the line, which is a JSON object.
 * @throws {CorruptDataError} for a line that is none, or has no such field with a text or number.
 */
export function keyByField(field: string): KeyOf {
  return (line, number) => {
    const value = fieldOf(line, field);
    if ((typeof value === "string" && value !== "") || typeof value === "number") return String(value);
    throw new CorruptDataError(
      `Line ${number} is no JSON object with a text or number in "${field}": ${line.slice(0, 80)}`,
      { line: number, field },
    );
  };
}

function fieldOf(line: string, field: string): unknown {
  try {
    return (JSON.parse(line) as Readonly<Record<string, unknown>> | null)?.[field];
  } catch {
    return undefined;
  }
}

/**
 * Puts lines, in their order for each key but where the stream refuses some for a moment: those come after the others
 * of their call.
 * @param counts is kept up to date, also when it throws.
 * @param signal ends it after the call that is under way.
 * @throws {CorruptDataError} {StreamNotFoundError} {ValueTooLargeError} {ThrottledError} when the stream takes nothing any more.
 */
export async function putLines(
  { streams, clock }: { readonly streams: StreamSource; readonly clock: Clock },
  stream: string,
  lines: AsyncIterable<readonly string[]>,
  keyOf: KeyOf,
  counts: PutCounts,
  signal: AbortSignal,
): Promise<void> {
  let number = 0;
  for await (const some of lines) {
    for (let at = 0; at < some.length; at += MAX_RECORDS) {
      if (signal.aborted) return;
      const entries = some.slice(at, at + MAX_RECORDS).map((line) => {
        number += 1;
        return { partitionKey: keyOf(line, number), data: Buffer.from(line) };
      });
      await putAll({ streams, clock }, stream, entries, counts);
    }
  }
}

async function putAll(
  { streams, clock }: { readonly streams: StreamSource; readonly clock: Clock },
  stream: string,
  entries: readonly PutEntry[],
  counts: PutCounts,
): Promise<void> {
  let left = entries;
  let pause = FIRST_PAUSE_MILLIS;
  for (let attempt = 1; left.length > 0; attempt++) {
    const results = await putOnce(streams, stream, left);
    const isTaken = (_: PutEntry, i: number): boolean => !("errorCode" in (results[i] ?? REFUSED));
    const taken = left.filter(isTaken);
    counts.records += taken.length;
    counts.bytes += taken.reduce((sum, { data }) => sum + data.byteLength, 0);
    left = left.filter((entry, i) => !isTaken(entry, i));
    if (left.length === 0) return;
    counts.retried += left.length;
    if (taken.length > 0) attempt = 0;
    if (attempt === MAX_ATTEMPTS) {
      const { errorCode, errorMessage } = (results[0] ?? REFUSED) as typeof REFUSED;
      throw new ThrottledError(`Stream ${stream} takes no more records: ${errorCode}: ${errorMessage}`, { stream });
    }
    await clock.sleep(pause);
    pause = taken.length > 0 ? FIRST_PAUSE_MILLIS : Math.min(2 * pause, GREATEST_PAUSE_MILLIS);
  }
}

const REFUSED = { errorCode: "InternalFailure", errorMessage: "No result came back." };

/** A call that was refused as a whole is one whose every record was refused. */
async function putOnce(
  streams: StreamSource,
  stream: string,
  entries: readonly PutEntry[],
): Promise<readonly PutResult[]> {
  try {
    return await streams.putRecords(stream, entries);
  } catch (error) {
    if (!(error instanceof ThrottledError)) throw error;
    return entries.map(() => ({ errorCode: error.name, errorMessage: error.message }));
  }
}
