/** Batches that a checkpoint still has, newest first. */
import { type CheckpointStorage, type Head, type Manifest, readHead, readManifest } from "../checkpoint/index.js";
import { CheckpointError } from "../errors/index.js";

/** Most manifests that are kept in memory: they never change, and following the chain reads each. */
const MAX_CACHED = 1000;
/** A batch or two may be committed, and an old one forgotten, between reading the head and reading what it names. */
const READS = 3;

/** The chain of manifests from the newest back, each read once. */
export class ManifestChain {
  readonly #storage: CheckpointStorage;
  readonly #job: string;
  readonly #cache = new Map<string, Manifest>();

  constructor(storage: CheckpointStorage, job: string) {
    this.#storage = storage;
    this.#job = job;
  }

  /** `undefined` before the first driver. */
  head(): Promise<Head | undefined> {
    return readHead(this.#storage.table, this.#job);
  }

  /**
   * The newest manifests, newest first.
   * @throws {CheckpointError} when the newest cannot be read.
   */
  async newest(limit: number): Promise<readonly Manifest[]> {
    for (let read = 1; ; read++) {
      const head = await this.head();
      if (head === undefined || head.manifest === "") return [];
      const manifests = await this.#from(head.manifest, limit);
      if (manifests.length > 0) return manifests;
      if (read === READS) throw new CheckpointError(`The newest manifest of ${this.#job} is not there.`);
    }
  }

  /** The batch of that time; `undefined` when it is not there, or not any more. */
  async at(time: number): Promise<Manifest | undefined> {
    return (await this.newest(Number.POSITIVE_INFINITY)).find((manifest) => manifest.time === time);
  }

  /** A manifest by its id. */
  async read(id: string): Promise<Manifest | undefined> {
    const cached = this.#cache.get(id);
    if (cached !== undefined) return cached;
    const manifest = await readManifest(this.#storage, this.#job, id);
    if (manifest !== undefined) this.#remember(id, manifest);
    return manifest;
  }

  async #from(newest: string, limit: number): Promise<readonly Manifest[]> {
    const manifests: Manifest[] = [];
    for (let id: string | undefined = newest; id !== undefined && manifests.length < limit; ) {
      const manifest: Manifest | undefined = await this.read(id);
      if (manifest === undefined) break;
      manifests.push(manifest);
      id = manifest.previous;
    }
    return manifests;
  }

  #remember(id: string, manifest: Manifest): void {
    this.#cache.set(id, manifest);
    if (this.#cache.size <= MAX_CACHED) return;
    for (const oldest of this.#cache.keys()) {
      this.#cache.delete(oldest);
      break;
    }
  }
}
