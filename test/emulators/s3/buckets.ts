import { compareUtf8 } from "../../../shared/rules/index.js";
import { noSuchBucket, S3Error } from "./s3-error.js";

export interface StoredObject {
  readonly bytes: Buffer;
  /** With its quotation marks. */
  readonly etag: string;
  /** Epoch milliseconds; told in whole seconds. */
  readonly modified: number;
  /** Sent back as they came: content type, content encoding, user metadata, ... */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
}

export interface Upload {
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

/** Objects in memory, in the order in which they are listed. */
export class Bucket {
  /** What was PUT to `?versioning` and the like, by that name: kept, not acted upon. */
  readonly settings = new Map<string, string>();
  readonly uploads = new Map<string, Upload>();
  readonly created = Date.now();
  readonly #objects = new Map<string, StoredObject>();
  #sorted: readonly string[] | undefined;

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  set(key: string, object: StoredObject): void {
    if (!this.#objects.has(key)) this.#sorted = undefined;
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#sorted = undefined;
  }

  /** In the order of their bytes. */
  keys(): readonly string[] {
    this.#sorted ??= [...this.#objects.keys()].sort(compareUtf8);
    return this.#sorted;
  }
}

export class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  names(): readonly string[] {
    return [...this.#buckets.keys()].sort(compareUtf8);
  }

  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket(name);
    return bucket;
  }

  create(name: string): void {
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.", { BucketName: name });
    }
    if (this.#buckets.has(name)) {
      throw new S3Error(409, "BucketAlreadyOwnedByYou", "Your previous request to create the bucket succeeded.", {
        BucketName: name,
      });
    }
    this.#buckets.set(name, new Bucket());
  }

  delete(name: string): void {
    if (this.get(name).keys().length > 0) {
      throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
    }
    this.#buckets.delete(name);
  }
}
