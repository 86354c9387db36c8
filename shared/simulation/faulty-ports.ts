import type { BlockStore, ExecutorPorts, FileSystem, ItemKey, StreamSource, Table } from "../ports/index.js";
import { decodeIterator } from "../streamlog/index.js";
import type { Call, Network } from "./network.js";
import type { SimulatedProcess } from "./simulated-process.js";

/** What all processes share. */
export interface Storage {
  readonly blocks: BlockStore;
  readonly table: Table;
  readonly streams: StreamSource;
  readonly files: FileSystem;
}

/** The world as one process sees it: through a network. */
export function faultyPorts(network: Network, process: SimulatedProcess, storage: Storage): ExecutorPorts {
  const { blocks, table, streams, files } = storage;
  const call = <T>(
    operation: string,
    key: string,
    effect: () => Promise<T>,
    more: Pick<Call<T>, "empty" | "short"> = {},
  ): Promise<T> => network.call(process, { operation, key, effect, ...more });
  const sortOf = ({ sort }: ItemKey): string => sort;
  return {
    blocks: {
      get: (name) => call("blocks.get", name, () => blocks.get(name)),
      getRange: (name, start, end) =>
        call("blocks.getRange", `${name}[${start},${end})`, () => blocks.getRange(name, start, end)),
      put: (name, bytes) => call("blocks.put", name, () => blocks.put(name, bytes)),
      putIfAbsent: (name, bytes) => call("blocks.putIfAbsent", name, () => blocks.putIfAbsent(name, bytes)),
      delete: (names) => call("blocks.delete", names[0] ?? "", () => blocks.delete(names)),
      list: (prefix) => call("blocks.list", prefix, () => blocks.list(prefix)),
    },
    table: {
      get: (key) => call("table.get", sortOf(key), () => table.get(key)),
      putIfAbsent: (key, item) => call("table.putIfAbsent", sortOf(key), () => table.putIfAbsent(key, item)),
      update: (key, set, when) => call("table.update", sortOf(key), () => table.update(key, set, when)),
      delete: (keys) => call("table.delete", keys[0]?.sort ?? "", () => table.delete(keys)),
      query: (partition, prefix) => call("table.query", prefix, () => table.query(partition, prefix)),
    },
    streams: {
      describe: (stream) => call("streams.describe", stream, () => streams.describe(stream)),
      create: (stream, shards) => call("streams.create", stream, () => streams.create(stream, shards)),
      listShards: (stream) => call("streams.listShards", stream, () => streams.listShards(stream)),
      getIterator: (stream, shard, start) =>
        call("streams.getIterator", shard, () => streams.getIterator(stream, shard, start)),
      getRecords: (iterator, limit) =>
        call("streams.getRecords", shardOf(iterator), () => streams.getRecords(iterator, limit), {
          empty: () => ({ records: [], nextIterator: iterator, millisBehindLatest: 1, childShards: [] }),
          short: () => streams.getRecords(iterator, 1),
        }),
      putRecords: (stream, entries) => call("streams.putRecords", stream, () => streams.putRecords(stream, entries)),
    },
    files: {
      list: (directory) => call("files.list", directory, () => files.list(directory)),
      read: (path, start, end) => call("files.read", path, () => files.read(path, start, end)),
      putIfAbsent: (path, bytes) => call("files.putIfAbsent", path, () => files.putIfAbsent(path, bytes)),
    },
    clock: process.clock,
    ids: process.ids,
  };
}

/** Iterators have their time in them; what a call is called must not depend on it. */
function shardOf(iterator: string): string {
  return decodeIterator(iterator, 0).shardId;
}
