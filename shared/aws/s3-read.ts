import { GetObjectCommand, type GetObjectCommandInput, HeadObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { CorruptDataError } from "../errors/index.js";
import { translated } from "./s3-errors.js";
import { errorStatus } from "./service-errors.js";

/** How often an object is asked for again when its body breaks off or does not fit its checksum: the SDK repeats only requests. */
const MAX_BODY_ATTEMPTS = 3;

export interface StoredBytes {
  readonly bytes: Uint8Array;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads an object, or its bytes `[start, end)`, fewer at its end; `undefined` when there is none. Length, and for whole
 * objects the checksum they were stored with, are verified.
 *
 * @throws {CorruptDataError} when the bytes are not those that were stored, time and again.
 * @throws {ThrottledError}
 */
export async function readObject(
  client: S3Client,
  bucket: string,
  key: string,
  range?: readonly [start: number, end: number],
): Promise<StoredBytes | undefined> {
  if (range !== undefined && range[1] <= range[0]) return emptyPart(client, bucket, key);
  const input: GetObjectCommandInput = {
    Bucket: bucket,
    Key: key,
    ...(range && { Range: `bytes=${range[0]}-${range[1] - 1}` }),
  };
  for (let attempt = 1; ; attempt++) {
    const reply = await request(client, input);
    if (reply === undefined) return undefined;
    if (reply === "beyond the end") return emptyPart(client, bucket, key);
    try {
      const bytes = (await reply.Body?.transformToByteArray()) ?? new Uint8Array(0);
      if (reply.ContentLength !== undefined && bytes.length !== reply.ContentLength) {
        throw new CorruptDataError(`Object ${key} came with ${bytes.length} of ${reply.ContentLength} bytes.`, { key });
      }
      return { bytes, metadata: reply.Metadata ?? {} };
    } catch (error) {
      if (attempt < MAX_BODY_ATTEMPTS) continue;
      if (!isMismatch(error)) throw error;
      throw new CorruptDataError(`Object ${key} does not fit its checksum: ${error.message}`, { bucket, key }, error);
    }
  }
}

async function request(client: S3Client, input: GetObjectCommandInput) {
  try {
    return await client.send(new GetObjectCommand(input));
  } catch (error) {
    if ((error as Error).name === "NoSuchKey") return undefined;
    if (errorStatus(error) === 416) return "beyond the end";
    throw translated(error, `GetObject ${input.Key}`);
  }
}

/** No bytes, but of an object that exists. */
async function emptyPart(client: S3Client, bucket: string, key: string): Promise<StoredBytes | undefined> {
  try {
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return { bytes: new Uint8Array(0), metadata: Metadata ?? {} };
  } catch (error) {
    if (errorStatus(error) === 404) return undefined;
    throw translated(error, `HeadObject ${key}`);
  }
}

/** The SDK has no class for it. */
function isMismatch(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith("Checksum mismatch");
}
