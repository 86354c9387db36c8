import { setTimeout as pause } from "node:timers/promises";
import { DeleteObjectsCommand, type _Error as Refusal, type S3Client } from "@aws-sdk/client-s3";
import { IllegalStateError, ThrottledError } from "../errors/index.js";
import type { BlockStore, CreateOutcome } from "../ports/index.js";
import { compareUtf8 } from "../rules/index.js";
import { isPacked, pack, unpack } from "./compression.js";
import { createObject } from "./s3-create.js";
import { translated } from "./s3-errors.js";
import { listObjects } from "./s3-list.js";
import { readObject } from "./s3-read.js";

/** Most keys of one request. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAX_DELETES = 1000;
/** How often keys are sent again that S3 could not delete for reasons of its own, and the pause before, milliseconds. */
const DELETE_RETRIES = { times: 4, pause: 200 } as const;
/** Reasons of its own. */
const PASSING = new Set(["InternalError", "SlowDown", "ServiceUnavailable", "OperationAborted"]);

/** Manifests and chunks of state: large, read whole, and written far more often than read. */
const READ_WHOLE = /(^|\/)(man|st)\//;
/** Below this a compressed object costs more time than it saves, bytes. */
const COMPRESS_FROM = 4 * 1024;

export interface S3BlockStoreOptions {
  readonly bucket: string;
  /** Put before every name, as it is: end it with a slash. Default: none. */
  readonly prefix?: string;
  /** Objects that are read whole (manifests, state) are compressed from this size on, bytes; `Infinity`: never. Default: 4 KiB. */
  readonly compressFrom?: number;
}

/**
 * Write-once objects in an S3 bucket. Creating is a conditional PUT, so one of any number of racers wins; the SDK's
 * checksums guard the way there, and the stored checksum the way back.
 *
 * Needs `s3:PutObject`, `s3:GetObject`, `s3:DeleteObject`, and `s3:ListBucket`: without the last S3 does not say of an
 * object that it is missing.
 *
 * @example
 * const blocks = new S3BlockStore(new S3Client({}), { bucket: "my-bucket" });
 * await blocks.putIfAbsent("job-counts/b/0/words/shard-0", bytes); // "created" or "exists"
 */
export class S3BlockStore implements BlockStore {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #compressFrom: number;

  constructor(client: S3Client, options: S3BlockStoreOptions) {
    this.#client = client;
    this.#bucket = options.bucket;
    this.#prefix = options.prefix ?? "";
    this.#compressFrom = options.compressFrom ?? COMPRESS_FROM;
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const found = await readObject(this.#client, this.#bucket, this.#prefix + name);
    return found && unpack(found, name);
  }

  async getRange(name: string, start: number, end: number): Promise<Uint8Array | undefined> {
    const found = await readObject(this.#client, this.#bucket, this.#prefix + name, [start, end]);
    // Positions count what was put, not what it was packed into.
    if (found && isPacked(found.metadata)) return (await this.get(name))?.subarray(start, Math.max(start, end));
    return found?.bytes;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if ((await this.putIfAbsent(name, bytes)) === "created") return;
    const existing = await this.get(name);
    // The same bytes are a caller that repeats itself.
    if (existing === undefined || Buffer.compare(existing, bytes) !== 0) {
      throw new IllegalStateError(`Block ${name} exists with other bytes: names are never reused.`, { name });
    }
  }

  async putIfAbsent(name: string, bytes: Uint8Array): Promise<CreateOutcome> {
    const packs = bytes.length >= this.#compressFrom && READ_WHOLE.test(name);
    const object = packs ? await pack(bytes) : { bytes };
    return createObject(this.#client, { bucket: this.#bucket, key: this.#prefix + name, ...object });
  }

  async delete(names: readonly string[]): Promise<void> {
    const keys = names.map((name) => this.#prefix + name);
    for (let at = 0; at < keys.length; at += MAX_DELETES) await this.#deleteAll(keys.slice(at, at + MAX_DELETES));
  }

  async list(prefix: string): Promise<readonly string[]> {
    const { objects } = await listObjects(this.#client, this.#bucket, this.#prefix + prefix);
    return objects.map(({ key }) => key.slice(this.#prefix.length)).sort(compareUtf8);
  }

  async #deleteAll(keys: readonly string[]): Promise<void> {
    let left = keys;
    for (let retries = 0; ; retries++) {
      const refused = await this.#refusedOf(left);
      if (refused.length === 0) return;
      const final = refused.find(({ Code = "" }) => !PASSING.has(Code));
      if (final !== undefined) throw refusalError(final);
      if (retries === DELETE_RETRIES.times) {
        throw new ThrottledError(`S3 did not delete ${refused.length} objects: ${refused[0]?.Message}`, {
          bucket: this.#bucket,
        });
      }
      left = refused.map(({ Key = "" }) => Key);
      await pause(DELETE_RETRIES.pause * 2 ** retries);
    }
  }

  async #refusedOf(keys: readonly string[]): Promise<readonly Refusal[]> {
    const Delete = { Objects: keys.map((Key) => ({ Key })), Quiet: true };
    try {
      const { Errors = [] } = await this.#client.send(new DeleteObjectsCommand({ Bucket: this.#bucket, Delete }));
      return Errors.filter(({ Code }) => Code !== "NoSuchKey");
    } catch (error) {
      throw translated(error, "DeleteObjects");
    }
  }
}

/** As the SDK would have thrown it, had it been a request of its own. */
function refusalError({ Key, Code, Message }: Refusal): Error {
  return Object.assign(new Error(`S3 does not delete ${Key}: ${Message ?? Code}`), { name: Code ?? "Error" });
}
