import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { HeadObjectCommand, PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { ThrottledError } from "../errors/index.js";
import type { CreateOutcome } from "../ports/index.js";
import { translated } from "./s3-errors.js";
import { errorStatus, mayHaveBeenApplied } from "./service-errors.js";

/** How often a create is sent again while S3 says that another write to the same key is under way (409). */
const MAX_CONFLICTS = 7;
/** First and longest pause after a conflict, milliseconds; half of it is random. */
const CONFLICT_PAUSE = { first: 20, longest: 500 } as const;

/** Metadata by which a writer knows its own object again. */
const WRITER = "sluice-writer";

export interface NewObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Creates an object if there is none under its key, and says truthfully who was first. The SDK repeats a request whose
 * reply was lost, and then S3 refuses it because of our own object: the object carries the writer's name, so a look at
 * it tells the two cases apart.
 *
 * @throws {ThrottledError} when S3 goes on asking to slow down.
 * @throws what the SDK threw, when it is not known whether the object was or will be created.
 */
export async function createObject(client: S3Client, object: NewObject): Promise<CreateOutcome> {
  const { bucket, key, bytes, metadata } = object;
  const writer = randomUUID();
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    IfNoneMatch: "*",
    Metadata: { ...metadata, [WRITER]: writer },
  });
  let uncertain = false;
  for (let conflicts = 0; ; conflicts++) {
    try {
      await client.send(command);
      return "created";
    } catch (error) {
      const status = errorStatus(error);
      uncertain ||= mayHaveBeenApplied(error);
      if (status === 409 && conflicts < MAX_CONFLICTS) {
        await pause(conflictPause(conflicts));
        continue;
      }
      if (status === 412 && !uncertain) return "exists";
      const first =
        uncertain || status === 409 ? await writerOf(client, bucket, key).catch(() => undefined) : undefined;
      if (first !== undefined) return first === writer ? "created" : "exists";
      if (status === 409) throw new ThrottledError(`Others keep writing ${key}.`, { bucket, key }, error);
      throw translated(error, `PutObject ${key}`);
    }
  }
}

/** Milliseconds before the next try after so many conflicts. */
function conflictPause(conflicts: number): number {
  const longest = Math.min(CONFLICT_PAUSE.first * 2 ** conflicts, CONFLICT_PAUSE.longest);
  return longest * (0.5 + Math.random() / 2);
}

/** Who wrote the object; empty when it does not say, `undefined` when there is no object. */
async function writerOf(client: S3Client, bucket: string, key: string): Promise<string | undefined> {
  try {
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return Metadata?.[WRITER] ?? "";
  } catch (error) {
    if (errorStatus(error) === 404) return undefined;
    throw error;
  }
}
