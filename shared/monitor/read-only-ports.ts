/** Ports that show what is there and keep to themselves what is written: whatever runs on them changes nothing. */
import { IllegalStateError } from "../errors/index.js";
import type {
  BlockStore,
  ExecutorPorts,
  FileSystem,
  Item,
  ItemKey,
  StreamDescription,
  StreamSource,
  Table,
} from "../ports/index.js";
import { compareUtf8 } from "../rules/index.js";

/** Blocks: new ones live in memory, nothing is deleted below. */
export function readOnlyBlocks(below: BlockStore): BlockStore {
  const written = new Map<string, Uint8Array>();
  return {
    get: async (name) => written.get(name) ?? below.get(name),
    getRange: async (name, start, end) => written.get(name)?.subarray(start, end) ?? below.getRange(name, start, end),
    async put(name, bytes) {
      written.set(name, bytes);
    },
    async putIfAbsent(name, bytes) {
      if (written.has(name) || (await below.get(name)) !== undefined) return "exists";
      written.set(name, bytes);
      return "created";
    },
    async delete(names) {
      for (const name of names) written.delete(name);
    },
    async list(prefix) {
      const own = [...written.keys()].filter((name) => name.startsWith(prefix));
      return [...new Set([...own, ...(await below.list(prefix))])].sort(compareUtf8);
    },
  };
}

/** Items: new ones live in memory; those that are there cannot be changed. */
export function readOnlyTable(below: Table): Table {
  const written = new Map<string, { readonly key: ItemKey; readonly item: Item }>();
  const nameOf = ({ partition, sort }: ItemKey): string => `${partition}\0${sort}`;
  const get = async (key: ItemKey): Promise<Item | undefined> => written.get(nameOf(key))?.item ?? below.get(key);
  return {
    get,
    async putIfAbsent(key, item) {
      const existing = await get(key);
      if (existing !== undefined) return { created: false, existing };
      written.set(nameOf(key), { key, item });
      return { created: true };
    },
    update({ sort }) {
      throw new IllegalStateError(`The checkpoint is only read here: ${sort} cannot be changed.`);
    },
    async delete(keys) {
      for (const key of keys) written.delete(nameOf(key));
    },
    query: (partition, prefix) => below.query(partition, prefix),
  };
}

/** Files that would have been written. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files: those that are there can be read, new ones go to `written`. */
export function readOnlyFiles(below: FileSystem, written: WrittenFile[]): FileSystem {
  return {
    list: (directory) => below.list(directory),
    read: (path, start, end) => below.read(path, start, end),
    async putIfAbsent(path, bytes) {
      if (written.some((file) => file.path === path)) return "exists";
      written.push({ path, bytes });
      return "created";
    },
  };
}

/** Streams: for reading, and as they were when a batch was planned, whatever has become of them since. */
export function readOnlyStreams(below: StreamSource, ids: ReadonlyMap<string, string>): StreamSource {
  const refuse = (): never => {
    throw new IllegalStateError("Streams are only read here.");
  };
  return {
    async describe(stream): Promise<StreamDescription | undefined> {
      const id = ids.get(stream);
      return id === undefined ? below.describe(stream) : { id, retentionMillis: Number.POSITIVE_INFINITY };
    },
    create: refuse,
    listShards: (stream) => below.listShards(stream),
    getIterator: (stream, shardId, start) => below.getIterator(stream, shardId, start),
    getRecords: (iterator, limit) => below.getRecords(iterator, limit),
    putRecords: refuse,
  };
}

/** Everything an executor needs, for reading. */
export function readOnlyPorts(
  below: ExecutorPorts,
  streamIds: ReadonlyMap<string, string>,
  written: WrittenFile[],
): ExecutorPorts {
  return {
    blocks: readOnlyBlocks(below.blocks),
    table: readOnlyTable(below.table),
    streams: readOnlyStreams(below.streams, streamIds),
    files: readOnlyFiles(below.files, written),
    clock: below.clock,
    ids: below.ids,
  };
}
