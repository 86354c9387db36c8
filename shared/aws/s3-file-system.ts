import type { S3Client } from "@aws-sdk/client-s3";
import { FileNotFoundError, IllegalArgumentError } from "../errors/index.js";
import type { CreateOutcome, FileInfo, FileSystem } from "../ports/index.js";
import { compareUtf8, hasWildcard, segmentMatcher } from "../rules/index.js";
import { createObject } from "./s3-create.js";
import { listObjects } from "./s3-list.js";
import { readObject } from "./s3-read.js";

/** How many directories are listed at a time. */
const LISTINGS_AT_A_TIME = 16;

interface Location {
  readonly bucket: string;
  readonly segments: readonly string[];
}

/**
 * Files as S3 objects: `s3://bucket/directory/file`. Directories are what the slashes make them: they need not be created,
 * and the empty objects by which the console shows them are not files.
 *
 * @example
 * const files = new S3FileSystem(new S3Client({}));
 * await files.list("s3://my-bucket/events/day=*");
 */
export class S3FileSystem implements FileSystem {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  async list(directory: string): Promise<readonly FileInfo[]> {
    const { bucket, segments } = locationOf(directory);
    let prefixes: readonly string[] = [""];
    for (const segment of segments) {
      prefixes = hasWildcard(segment)
        ? (await inTurns(prefixes, (prefix) => this.#subdirectories(bucket, prefix, segment))).flat()
        : prefixes.map((prefix) => `${prefix}${segment}/`);
    }
    const files = await inTurns(prefixes, (prefix) => this.#filesIn(bucket, prefix));
    return files.flat().sort((left, right) => compareUtf8(left.path, right.path));
  }

  async read(path: string, start: number, end: number): Promise<Uint8Array> {
    const found = await readObject(this.#client, ...objectOf(path), [start, end]);
    if (found === undefined) throw new FileNotFoundError(path);
    return found.bytes;
  }

  async putIfAbsent(path: string, bytes: Uint8Array): Promise<CreateOutcome> {
    const [bucket, key] = objectOf(path);
    return createObject(this.#client, { bucket, key, bytes });
  }

  /** Prefixes, with their slash, of the directories in another one that match. */
  async #subdirectories(bucket: string, parent: string, pattern: string): Promise<readonly string[]> {
    const literal = pattern.slice(0, pattern.indexOf("*"));
    const matches = segmentMatcher(pattern);
    const { prefixes } = await listObjects(this.#client, bucket, parent + literal, "/");
    return prefixes.filter((prefix) => matches(prefix.slice(parent.length, -1)));
  }

  async #filesIn(bucket: string, prefix: string): Promise<readonly FileInfo[]> {
    const { objects } = await listObjects(this.#client, bucket, prefix, "/");
    return objects
      .filter(({ key }) => key !== prefix)
      .map(({ key, size, modified }) => ({ path: `s3://${bucket}/${key}`, size, modified }));
  }
}

/** @throws {IllegalArgumentError} */
function locationOf(path: string): Location {
  const [, bucket, rest = ""] = /^s3[an]?:\/\/([^/]+)(.*)$/s.exec(path) ?? [];
  if (bucket === undefined || hasWildcard(bucket)) {
    throw new IllegalArgumentError(`${path} is not the path of an S3 object: write s3://bucket/path.`, { path });
  }
  return { bucket, segments: rest.split("/").filter((segment) => segment !== "" && segment !== ".") };
}

function objectOf(path: string): readonly [bucket: string, key: string] {
  const { bucket, segments } = locationOf(path);
  return [bucket, segments.join("/")];
}

async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += LISTINGS_AT_A_TIME) {
    results.push(...(await Promise.all(items.slice(at, at + LISTINGS_AT_A_TIME).map(work))));
  }
  return results;
}
