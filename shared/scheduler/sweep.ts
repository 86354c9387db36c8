/**
 * Mark and sweep: deletes what killed and replaced attempts left behind. Retention deletes what manifests name; this is for
 * what no manifest ever named.
 *
 * What looks like garbage may be the work of a batch that is just being done. So a first pass only marks what is not
 * reachable, with the head as it was afterwards; a later pass deletes what was marked and is still not reachable, once
 * that head has been replaced. By then every batch that was being done is committed, or can never be: names are unique
 * to an execution, and an execution belongs to one predecessor. Clocks decide how often this is done, not whether it is safe.
 */
import {
  afterKey,
  headKey,
  type Manifest,
  manifestKey,
  manifestObject,
  readHead,
  readManifest,
} from "../checkpoint/index.js";
import { decode, encode } from "../codec/index.js";
import { CheckpointError } from "../errors/index.js";
import type { DriverPorts } from "../ports/index.js";
import { together } from "../rules/index.js";
import { chunkObject, chunksOf } from "../state/index.js";
import { objectsOfMemory } from "./memory.js";
import { broadcastsAfter, objectsOfShared } from "./shared-data.js";

type SweepPorts = Pick<DriverPorts, "table" | "blocks" | "clock" | "ids">;

/** Garbage stays at least so long: looking for it costs a listing of everything. Milliseconds. */
export const SWEEP_INTERVAL_MILLIS = 24 * 3_600_000;

/** What a pass did. */
export interface Swept {
  readonly marked: number;
  readonly deleted: number;
}

/** What a first pass leaves for the second. */
interface Mark {
  readonly at: number;
  /** The head's manifest after everything had been listed. */
  readonly manifest: string;
  readonly items: readonly string[];
  readonly objects: readonly string[];
}

/** Does what is due: deletes what the last pass marked, and marks anew; nothing when the last pass is not old enough. */
export async function sweep(ports: SweepPorts, job: string, interval = SWEEP_INTERVAL_MILLIS): Promise<Swept> {
  const { blocks } = ports;
  const names = await blocks.list(marks(job));
  const marked = (await together(names.map((name) => readMark(ports, name)))).filter((mark) => mark !== undefined);
  if (marked.some(({ at }) => ports.clock.now() - at < interval)) return { marked: 0, deleted: 0 };
  const deleted = await sweepMarked(ports, job, marked);
  const mark = await markGarbage(ports, job);
  await blocks.put(`${marks(job)}${ports.ids.next()}`, encode(mark));
  if (names.length > 0) await blocks.delete(names);
  return { marked: mark.items.length + mark.objects.length, deleted };
}

const marks = (job: string): string => `${job}/sweep/`;

async function readMark({ blocks }: SweepPorts, name: string): Promise<Mark | undefined> {
  const bytes = await blocks.get(name);
  return bytes && (decode(bytes) as Mark);
}

async function sweepMarked(ports: SweepPorts, job: string, marked: readonly Mark[]): Promise<number> {
  const head = await readHead(ports.table, job);
  const settled = marked.filter(({ manifest }) => manifest !== head?.manifest);
  if (settled.length === 0) return 0;
  const live = await reachableFrom(ports, job, head?.manifest ?? "");
  const items = settled.flatMap((mark) => mark.items).filter((name) => !live.items.has(name));
  const objects = settled.flatMap((mark) => mark.objects).filter((name) => !live.objects.has(name));
  if (objects.length > 0) await ports.blocks.delete(objects);
  if (items.length > 0) await ports.table.delete(items.map((sort) => ({ partition: job, sort })));
  return items.length + objects.length;
}

async function markGarbage(ports: SweepPorts, job: string): Promise<Mark> {
  const items = (await ports.table.query(job, "")).map(({ key }) => key.sort);
  const objects = await ports.blocks.list(`${job}/`);
  // Only now: whatever was listed belongs to batches after this manifest at the latest.
  const head = await readHead(ports.table, job);
  const live = await reachableFrom(ports, job, head?.manifest ?? "");
  return {
    at: ports.clock.now(),
    manifest: head?.manifest ?? "",
    items: items.filter((name) => !live.items.has(name)),
    objects: objects.filter((name) => !live.objects.has(name) && !name.startsWith(marks(job))),
  };
}

interface Live {
  readonly items: Set<string>;
  readonly objects: Set<string>;
}

/** All names that the head and the retained manifests stand for. */
async function reachableFrom(ports: SweepPorts, job: string, newest: string): Promise<Live> {
  const live: Live = { items: new Set([headKey(job).sort]), objects: new Set() };
  if (newest !== "") {
    live.items.add(afterKey(job, newest).sort);
    for (const object of await broadcastsAfter(ports.table, job, newest)) live.objects.add(object);
  }
  for (let id: string | undefined = newest; id !== undefined && id !== ""; ) {
    const manifest: Manifest | undefined = await readManifest(ports, job, id);
    // Whoever stood still since the head was read knows nothing of what is live now.
    if (manifest === undefined && id === newest)
      throw new CheckpointError(`Manifest ${id} of ${job} has been replaced.`);
    if (manifest !== undefined) addNames(live, job, manifest);
    id = manifest?.previous;
  }
  return live;
}

function addNames(live: Live, job: string, manifest: Manifest): void {
  live.items.add(manifestKey(job, manifest.id).sort);
  live.objects.add(manifestObject(job, manifest.id));
  for (const item of manifest.owned.items) live.items.add(item);
  for (const object of manifest.owned.objects) live.objects.add(object);
  for (const object of objectsOfMemory(manifest.kept)) live.objects.add(object);
  for (const object of objectsOfShared(manifest.shared)) live.objects.add(object);
  for (const { name, at } of chunksOf(manifest.state)) {
    if (at === "table") live.items.add(name);
    else live.objects.add(chunkObject(job, name));
  }
}
