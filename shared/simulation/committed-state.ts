/** Reads committed state from storage itself: not through the engine's memory, and folded without its partitions. */
import type { CheckpointStorage, Manifest } from "../checkpoint/index.js";
import { KeyMap } from "../codec/index.js";
import { keyGroupOf } from "../rdd/index.js";
import { readChunk, type StateChanges, type StatePartitionMeta } from "../state/index.js";
import { must } from "./law.js";

export class CommittedState {
  readonly #storage: CheckpointStorage & { readonly job: string };
  /** Of the newest manifest, by name: what a name stands for never changes (I3), so each is read once. */
  #chunks = new Map<string, StateChanges>();

  constructor(storage: CheckpointStorage, job: string) {
    this.#storage = { ...storage, job };
  }

  /** By operator: keys and values. @throws {Violation} */
  async read({ state, time }: Manifest): Promise<Record<string, [unknown, unknown][]>> {
    const known = this.#chunks;
    this.#chunks = new Map();
    const read: Record<string, [unknown, unknown][]> = {};
    for (const [uid, { partitions }] of Object.entries(state)) {
      const entries: [unknown, unknown][] = [];
      for (const partition of partitions) {
        entries.push(...(await this.#partition(partition, known, `state of ${uid} after batch ${time}`)));
      }
      read[uid] = entries;
    }
    return read;
  }

  async #partition(
    { chain, from, to, keys }: StatePartitionMeta,
    known: ReadonlyMap<string, StateChanges>,
    name: string,
  ): Promise<KeyMap<unknown>> {
    const entries = new KeyMap<unknown>();
    for (const chunk of chain) {
      const changes =
        known.get(chunk.name) ??
        (await readChunk(this.#storage, chunk).catch((error) => {
          must(false, "I9", () => `${name} cannot be read: ${error}`);
        }));
      this.#chunks.set(chunk.name, changes);
      changes.keys.forEach((key, i) => {
        const group = keyGroupOf(key);
        must(group >= from && group < to, "I4", () => `${name} has key ${String(key)} in a partition of other keys`);
        const value = changes.values[i];
        if (value === undefined) entries.delete(key);
        else entries.set(key, value);
      });
    }
    must(entries.size === keys, "I4", () => `${name} has ${entries.size} keys, its manifest says ${keys}`);
    return entries;
  }
}
