/** Forgets batches that are older than what is to be retained, and everything that existed for them alone. */
import {
  type CheckpointStorage,
  type Manifest,
  manifestKey,
  manifestObject,
  type Names,
  readManifest,
} from "../checkpoint/index.js";

/** What is needed of a batch to forget it. */
interface Kept {
  readonly id: string;
  readonly owned: Names;
  /** Chunks that the manifest before it still named. */
  readonly dropped: Names;
}

/**
 * Names never come back and what is reachable only shrinks, so a list of what to delete stays right however late it is
 * carried out.
 */
export class Retention {
  readonly #storage: CheckpointStorage;
  readonly #job: string;
  readonly #retain: number;
  /** Oldest first. */
  readonly #kept: Kept[] = [];

  constructor(storage: CheckpointStorage, job: string, retain: number) {
    this.#storage = storage;
    this.#job = job;
    this.#retain = retain;
  }

  /** Walks the chain of manifests that are still there, from the newest back. */
  async recover(newest: Manifest): Promise<void> {
    for (let manifest: Manifest | undefined = newest; manifest !== undefined; ) {
      this.#kept.unshift(keep(manifest));
      manifest =
        manifest.previous === undefined ? undefined : await readManifest(this.#storage, this.#job, manifest.previous);
    }
  }

  /** Takes note of a commit and deletes what has left the retained batches. */
  async committed(manifest: Manifest): Promise<void> {
    this.#kept.push(keep(manifest));
    while (this.#kept.length > this.#retain) {
      const oldest = this.#kept.shift() as Kept;
      await this.#forget(oldest, this.#kept[0]?.dropped ?? { items: [], objects: [] });
    }
  }

  /** The manifest goes last: as long as it is there, the rest can be found again. */
  async #forget(batch: Kept, droppedNext: Names): Promise<void> {
    const { table, blocks } = this.#storage;
    const item = (sort: string) => ({ partition: this.#job, sort });
    await blocks.delete([...batch.owned.objects, ...droppedNext.objects]);
    await table.delete([...batch.owned.items, ...droppedNext.items].map(item));
    await blocks.delete([manifestObject(this.#job, batch.id)]);
    await table.delete([manifestKey(this.#job, batch.id)]);
  }
}

function keep(manifest: Manifest): Kept {
  return { id: manifest.id, owned: manifest.owned, dropped: manifest.dropped };
}
