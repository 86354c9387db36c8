/** What a conditional create did: `created`, or `exists` when another writer was first. */
export type CreateOutcome = "created" | "exists";

/**
 * Write-once objects: blocks, shuffle files, manifests, deltas, snapshots. On AWS this is an S3 bucket.
 *
 * Names are `/`-separated and never reused. Reads see every completed write (S3 is strongly consistent).
 */
export interface BlockStore {
  /** The object's bytes, or `undefined` when there is none. The caller must not modify them. */
  get(name: string): Promise<Uint8Array | undefined>;
  /** Bytes `[start, end)` of an object, or `undefined` when there is none. */
  getRange(name: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /** Creates the object under a name that only this execution can produce. The bytes belong to the store afterwards. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Creates the object if no object has that name: one winner among all racers. The bytes belong to the store afterwards. */
  putIfAbsent(name: string, bytes: Uint8Array): Promise<CreateOutcome>;
  /** Deletes the objects; names without object are ignored. */
  delete(names: readonly string[]): Promise<void>;
  /** All names that start with `prefix`, sorted. For sweeping and for people, not for the batch path. */
  list(prefix: string): Promise<readonly string[]>;
}
