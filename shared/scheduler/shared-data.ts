/**
 * The driver's side of static data, broadcast variables and accumulators: what a plan fixes of them, and what a manifest
 * says of them.
 *
 * What output operations add and update after a commit belongs to the next manifest, which says in the same write that
 * they are done. A driver that ends in good order has no next manifest, and leaves it in an item beside the last one.
 */
import type { Manifest } from "../checkpoint/index.js";
import { afterKey } from "../checkpoint/index.js";
import { decode, encode } from "../codec/index.js";
import type { BlockStore, FileSystem, Ids, Table } from "../ports/index.js";
import {
  type Broadcast,
  type BroadcastRef,
  type EncodedValue,
  mergeUpdates,
  NOTHING_SHARED,
  type SharedData,
  type StaticFiles,
  type Updates,
} from "../rdd/index.js";
import type { StaticSource, StreamGraph } from "../streaming/index.js";
import { listStaticFiles } from "./static-files.js";

interface SharedPorts {
  readonly files: FileSystem;
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly ids: Ids;
}

/** What has happened since a manifest. */
interface After {
  readonly updates: Updates;
  readonly broadcasts: Readonly<Record<string, BroadcastRef>>;
}

export class SharedVariables {
  readonly #graph: StreamGraph;
  readonly #ports: SharedPorts;
  readonly #job: string;
  /** Names of the static data that this driver has looked for. */
  readonly #listed = new Set<string>();
  /** By name: the newest value of a broadcast variable that this driver has stored or found. */
  readonly #newest = new Map<string, BroadcastRef>();
  /** What the outputs of the newest batch added. */
  #fromOutputs: Updates = {};

  constructor(graph: StreamGraph, ports: SharedPorts, job: string) {
    this.#graph = graph;
    this.#ports = ports;
    this.#job = job;
  }

  /** True when manifests depend on what outputs did, and so have to wait for them. */
  get waitsForOutputs(): boolean {
    return this.#graph.accumulators.length > 0 || this.#graph.broadcasts.length > 0;
  }

  /** What the next batch sees. */
  async plan(previous: Manifest | undefined, time: number): Promise<SharedData> {
    const before = previous?.shared ?? NOTHING_SHARED;
    const statics: Record<string, StaticFiles> = {};
    for (const source of this.#graph.statics) statics[source.name] = await this.#static(source, before, time);
    return { ...NOTHING_SHARED, statics, broadcasts: await this.#broadcasts(before) };
  }

  /** False for the plan of a program that had not all of this one's static data and broadcast variables. */
  fits(shared: SharedData): boolean {
    const { statics, broadcasts } = this.#graph;
    return (
      statics.every(({ name }) => shared.statics[name] !== undefined) &&
      broadcasts.every(({ name }) => shared.broadcasts[name] !== undefined)
    );
  }

  /** The batch's manifest with what it and the outputs of the batch before have added and updated. */
  async settle(manifest: Manifest, previous: Manifest | undefined, updates: Updates): Promise<Manifest> {
    if (!this.waitsForOutputs) return manifest;
    const { accumulators } = this.#graph;
    const { shared, owned, dropped } = manifest;
    const before = previous?.shared ?? NOTHING_SHARED;
    const newest = await this.#broadcasts(shared);
    const changed = Object.entries(newest).filter(([name, ref]) => ref.hash !== shared.broadcasts[name]?.hash);
    const now: SharedData = {
      ...shared,
      nextBroadcasts: Object.fromEntries(changed),
      accumulators: mergeUpdates(accumulators, before.accumulators, this.#fromOutputs, updates),
    };
    const live = objectsOfShared(now);
    const gone = [...objectsOfShared(before)].filter((object) => !live.has(object));
    return {
      ...manifest,
      shared: now,
      owned: { ...owned, items: [...owned.items, afterKey(this.#job, manifest.id).sort] },
      dropped: { ...dropped, objects: [...dropped.objects, ...gone] },
    };
  }

  /** Takes note of a commit. */
  committed(manifest: Manifest): void {
    this.#fromOutputs = {};
    this.#showTotals(manifest.shared.accumulators);
    for (const broadcast of this.#graph.broadcasts) {
      const { pending } = broadcast;
      const { broadcasts, nextBroadcasts } = manifest.shared;
      const ref = nextBroadcasts[broadcast.name] ?? broadcasts[broadcast.name];
      // The plan may be another driver's, with the same value under another name: from here on that name counts. Going back to
      // our own would bring back a name that has been dropped.
      if (ref !== undefined) this.#newest.set(broadcast.name, ref);
      if (pending !== undefined && ref?.hash === pending.hash) broadcast.planned(pending);
    }
  }

  /** Takes note of what the outputs of the newest batch added. */
  outputsDone(manifest: Manifest, updates: Updates): void {
    this.#fromOutputs = updates;
    this.#showTotals(mergeUpdates(this.#graph.accumulators, manifest.shared.accumulators, updates));
  }

  /** Goes on after another driver. `outputsDone`: the newest batch's outputs are done, and not to be run again. */
  async recover(manifest: Manifest, outputsDone: boolean): Promise<void> {
    if (!this.waitsForOutputs) return;
    const item = outputsDone ? await this.#ports.table.get(afterKey(this.#job, manifest.id)) : undefined;
    const after = item === undefined ? undefined : (decode(item.bytes as Uint8Array) as After);
    for (const [name, ref] of Object.entries(after?.broadcasts ?? {})) this.#newest.set(name, ref);
    this.outputsDone(manifest, after?.updates ?? {});
    for (const broadcast of this.#graph.broadcasts) {
      const ref = (await this.#broadcasts(manifest.shared))[broadcast.name];
      const bytes = ref && (await this.#ports.blocks.get(ref.object));
      if (bytes !== undefined) broadcast.recovered(decode(bytes));
    }
  }

  /** Keeps what happened since the last manifest, for the driver that goes on from it. */
  async release(manifest: Manifest): Promise<void> {
    if (!this.waitsForOutputs) return;
    const after: After = { updates: this.#fromOutputs, broadcasts: await this.#broadcasts(manifest.shared) };
    await this.#ports.table.putIfAbsent(afterKey(this.#job, manifest.id), { bytes: encode(after) });
  }

  #showTotals(totals: Updates): void {
    for (const accumulator of this.#graph.accumulators) accumulator.committed(totals[accumulator.name]);
  }

  async #static(source: StaticSource, before: SharedData, time: number): Promise<StaticFiles> {
    const known = before.statics[source.name];
    const isDue = source.refresh !== undefined && known !== undefined && time - known.listedAt >= source.refresh;
    if (known !== undefined && this.#listed.has(source.name) && !isDue) return known;
    this.#listed.add(source.name);
    return listStaticFiles(this.#ports.files, source, time);
  }

  /** The newest values of all broadcast variables, stored. */
  async #broadcasts(before: SharedData): Promise<Readonly<Record<string, BroadcastRef>>> {
    const refs: Record<string, BroadcastRef> = {};
    for (const broadcast of this.#graph.broadcasts) {
      const { name } = broadcast;
      const known = this.#newest.get(name) ?? before.nextBroadcasts[name] ?? before.broadcasts[name];
      const ref = await this.#newestValue(broadcast, known);
      this.#newest.set(name, ref);
      refs[name] = ref;
    }
    return refs;
  }

  async #newestValue(broadcast: Broadcast<unknown>, known: BroadcastRef | undefined): Promise<BroadcastRef> {
    const given = broadcast.isLiteral ? broadcast.initial().hash : undefined;
    const programChanged = given !== undefined && known?.initial !== given;
    const value = broadcast.pending ?? (known === undefined || programChanged ? broadcast.initial() : undefined);
    if (known !== undefined && (value === undefined || value.hash === known.hash)) {
      return known.initial === given ? known : { ...known, initial: given };
    }
    return this.#store(broadcast.name, value as EncodedValue, given);
  }

  /** Under a fresh name even for a value that was there before: names that are to be deleted never come back. */
  async #store(name: string, value: EncodedValue, initial: string | undefined): Promise<BroadcastRef> {
    const object = `${this.#job}/bc/${name}/${this.#ports.ids.next()}`;
    await this.#ports.blocks.put(object, value.bytes);
    return { hash: value.hash, object, initial };
  }
}

/** Objects of broadcast variables that were updated after a manifest, by a driver that ended in good order. */
export async function broadcastsAfter(table: Table, job: string, manifest: string): Promise<readonly string[]> {
  const item = await table.get(afterKey(job, manifest));
  return item === undefined
    ? []
    : Object.values((decode(item.bytes as Uint8Array) as After).broadcasts).map((ref) => ref.object);
}

/** Objects that hold the values of broadcast variables. */
export function objectsOfShared({ broadcasts, nextBroadcasts }: SharedData): ReadonlySet<string> {
  return new Set([...Object.values(broadcasts), ...Object.values(nextBroadcasts)].map((ref) => ref.object));
}
