/** Looks into keyed state, as of any batch that the checkpoint still has. Reads committed chunks only, and changes nothing. */
import { type CheckpointStorage, jobName, type Manifest } from "../checkpoint/index.js";
import { encode } from "../codec/index.js";
import { CheckpointError } from "../errors/index.js";
import { keyGroupOf } from "../rdd/index.js";
import { loadState, type StateMeta, type StatePartitionMeta } from "../state/index.js";
import { sum } from "./known-batch.js";
import { ManifestChain } from "./manifest-chain.js";
import { textOf } from "./text.js";
import type { GraphView, StateKeysView, StateKeyView, StateOperatorView, StateView } from "./view.js";

/** Most keys that a search looks at, and most bytes of state that it reads: a page must not stop an application. */
const MAX_SCANNED = 200_000;
const MAX_READ_BYTES = 64 * 1024 * 1024;
/** Keys that are shown. */
const MAX_KEYS = 100;
/** Batches as of which state is offered. */
const MAX_BATCHES = 200;
/** Longest text of a value in a list. */
const LIST_TEXT = 200;

export interface StateExplorerOptions {
  readonly storage: CheckpointStorage;
  readonly appName: string;
  /** Tells what operators are; empty when the program is not known. */
  readonly graph: GraphView;
}

/** What was asked for is not there, or not any more. */
export class NotKept extends Error {}

type Found = StateKeysView["keys"][number];

export class StateExplorer {
  readonly #options: StateExplorerOptions;
  readonly #job: string;
  readonly #chain: ManifestChain;

  constructor(options: StateExplorerOptions) {
    this.#options = options;
    this.#job = jobName(options.appName);
    this.#chain = new ManifestChain(options.storage, this.#job);
  }

  /** Operators with state and how large it is. @throws {NotKept} when there is no such batch. */
  async overview(batch?: number): Promise<StateView> {
    const manifests = await this.#chain.newest(batch === undefined ? MAX_BATCHES : Number.POSITIVE_INFINITY);
    const manifest = batch === undefined ? manifests[0] : manifests.find(({ time }) => time === batch);
    if (manifest === undefined) throw notKept(batch);
    return {
      batch: manifest.time,
      batches: manifests.slice(0, MAX_BATCHES).map(({ time }) => time),
      operators: Object.entries(manifest.state).map(([uid, meta]) => this.#operator(uid, meta)),
    };
  }

  /**
   * The state of a key.
   * @param text the key as text: of a string itself, or as the program would write it (`"a"`, `1`, `["a",1]`, `12n`).
   * @throws {NotKept} when there is no such operator or batch.
   */
  async key(uid: string, text: string, batch?: number): Promise<StateKeyView> {
    const { manifest, meta } = await this.#state(uid, batch);
    const candidates = keysOfText(text);
    let partition = 0;
    for (const key of candidates) {
      const group = keyGroupOf(key);
      partition = meta.partitions.findIndex(({ from, to }) => from <= group && group < to);
      const stored = await this.#find(meta, group, key);
      if (stored === undefined) continue;
      const value = this.#shown(uid, stored);
      const bytes = encode(stored).byteLength;
      return { uid, batch: manifest.time, key: textOf(key), partition, found: true, value: textOf(value), bytes };
    }
    return { uid, batch: manifest.time, key: textOf(candidates[0]), partition, found: false };
  }

  /** Keys with the largest state, largest first. @throws {NotKept} */
  async biggest(uid: string, batch?: number): Promise<StateKeysView> {
    const biggest: Found[] = [];
    const least = (): number => biggest[biggest.length - 1]?.bytes ?? 0;
    return this.#scan(uid, batch, biggest, (key, stored, partition) => {
      const bytes = encode(stored).byteLength;
      if (biggest.length === MAX_KEYS && bytes <= least()) return;
      biggest.push(this.#found(uid, key, stored, partition, bytes));
      biggest.sort((a, b) => b.bytes - a.bytes);
      if (biggest.length > MAX_KEYS) biggest.pop();
    });
  }

  /** Keys whose text contains another, in no particular order. @throws {NotKept} */
  async search(uid: string, text: string, batch?: number): Promise<StateKeysView> {
    const found: Found[] = [];
    const wanted = text.toLowerCase();
    return this.#scan(uid, batch, found, (key, stored, partition) => {
      const name = typeof key === "string" ? key : textOf(key);
      if (found.length === MAX_KEYS || !name.toLowerCase().includes(wanted)) return;
      found.push(this.#found(uid, key, stored, partition, encode(stored).byteLength));
    });
  }

  async #scan(
    uid: string,
    batch: number | undefined,
    keys: readonly Found[],
    visit: (key: unknown, stored: unknown, partition: number) => void,
  ): Promise<StateKeysView> {
    const { manifest, meta } = await this.#state(uid, batch);
    let scanned = 0;
    let read = 0;
    for (const [index, own] of meta.partitions.entries()) {
      if (scanned >= MAX_SCANNED || read >= MAX_READ_BYTES) break;
      read += bytesOf(own);
      await this.#each({ partitions: [own] }, own.from, own.to, (key, stored) => {
        if (scanned >= MAX_SCANNED) return;
        scanned += 1;
        visit(key, stored, index);
      });
    }
    const all = sum(meta.partitions, (partition) => partition.keys);
    return { uid, batch: manifest.time, keys, scanned, truncated: scanned < all };
  }

  async #find(meta: StateMeta, group: number, key: unknown): Promise<unknown> {
    // Loaded for this alone, so it may be asked for a key that it does not have.
    return (await this.#load(meta, group, group + 1)).touch(key).value;
  }

  async #each(
    meta: StateMeta,
    from: number,
    to: number,
    visit: (key: unknown, stored: unknown) => void,
  ): Promise<void> {
    (await this.#load(meta, from, to)).forEach(({ key, value }) => {
      if (value !== undefined) visit(key, value);
    });
  }

  async #load(meta: StateMeta, from: number, to: number): ReturnType<typeof loadState> {
    const { table, blocks } = this.#options.storage;
    const ids = { next: () => "" };
    try {
      return await loadState({ table, blocks, ids, job: this.#job }, meta, from, to);
    } catch (error) {
      // Forgotten while it was read: the application goes on.
      if (error instanceof CheckpointError)
        throw new NotKept("This state is not kept any more: look as of a newer batch.");
      throw error;
    }
  }

  async #state(uid: string, batch: number | undefined): Promise<{ manifest: Manifest; meta: StateMeta }> {
    const manifest = batch === undefined ? (await this.#chain.newest(1))[0] : await this.#chain.at(batch);
    if (manifest === undefined) throw notKept(batch);
    const meta = manifest.state[uid];
    if (meta === undefined) {
      const known = Object.keys(manifest.state).join(", ") || "none";
      throw new NotKept(`No operator ${uid} has state at batch ${manifest.time} ms; there is: ${known}.`);
    }
    return { manifest, meta };
  }

  #operator(uid: string, meta: StateMeta): StateOperatorView {
    const partitions = meta.partitions.map((own, partition) => ({ partition, keys: own.keys, bytes: bytesOf(own) }));
    return {
      uid,
      kind: this.#kindOf(uid),
      keys: sum(partitions, ({ keys }) => keys),
      bytes: sum(partitions, ({ bytes }) => bytes),
      partitions,
    };
  }

  #found(uid: string, key: unknown, stored: unknown, partition: number, bytes: number): Found {
    const name = typeof key === "string" ? key : textOf(key, LIST_TEXT);
    return { key: name, partition, bytes, value: textOf(this.#shown(uid, stored), LIST_TEXT) };
  }

  /** `mapWithState` stores the time of the last touch beside the value. */
  #shown(uid: string, stored: unknown): unknown {
    return this.#kindOf(uid) === "mapWithState" && Array.isArray(stored) ? stored[0] : stored;
  }

  #kindOf(uid: string): string {
    return this.#options.graph.nodes.find((node) => node.uid === uid)?.kind ?? "state";
  }
}

/** What a text may mean as a key: the string itself, or what it says as JSON or as a big integer. */
export function keysOfText(text: string): readonly unknown[] {
  const keys: unknown[] = [text];
  if (/^-?\d+n$/.test(text)) keys.push(BigInt(text.slice(0, -1)));
  try {
    keys.push(JSON.parse(text));
  } catch {
    // Then it is a string only.
  }
  return keys;
}

function bytesOf({ chain }: StatePartitionMeta): number {
  return sum(chain, ({ bytes }) => bytes);
}

function notKept(batch: number | undefined): NotKept {
  return new NotKept(
    batch === undefined ? "Nothing has been committed yet." : `Batch ${batch} ms is not there, or not kept any more.`,
  );
}
