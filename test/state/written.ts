/** Looks at what is written of state: chunk by chunk, with the keys in it. */
import { decode, decodeColumn } from "../../shared/codec/index.js";
import type { Item, ItemKey } from "../../shared/ports/index.js";
import type { Ports } from "../engine/world.js";

export interface WrittenChunk {
  readonly name: string;
  readonly at: "table" | "blocks";
  readonly bytes: number;
  /** What is in it; `undefined` values are removals. */
  readonly entries: readonly (readonly [unknown, unknown])[];
}

/** The same ports, and a list that grows with every chunk of state that is written through them. */
export function watched(ports: Ports): { ports: Ports; chunks: WrittenChunk[] } {
  const chunks: WrittenChunk[] = [];
  const note = (at: WrittenChunk["at"], name: string, bytes: unknown): void => {
    if (!/(^|\/)st\//.test(name)) return;
    const [, keys, values] = decode(bytes as Uint8Array) as [number[], Uint8Array, Uint8Array];
    const stored = decodeColumn(values);
    const entries = decodeColumn(keys).map((key, i) => [key, stored[i]] as const);
    chunks.push({ name, at, bytes: (bytes as Uint8Array).byteLength, entries });
  };
  const table = {
    get: (key: ItemKey) => ports.table.get(key),
    putIfAbsent(key: ItemKey, item: Item) {
      note("table", key.sort, item.bytes);
      return ports.table.putIfAbsent(key, item);
    },
    update: ports.table.update.bind(ports.table),
    delete: ports.table.delete.bind(ports.table),
    query: ports.table.query.bind(ports.table),
  };
  const blocks = {
    get: ports.blocks.get.bind(ports.blocks),
    getRange: ports.blocks.getRange.bind(ports.blocks),
    put(name: string, bytes: Uint8Array) {
      note("blocks", name, bytes);
      return ports.blocks.put(name, bytes);
    },
    putIfAbsent: ports.blocks.putIfAbsent.bind(ports.blocks),
    delete: ports.blocks.delete.bind(ports.blocks),
    list: ports.blocks.list.bind(ports.blocks),
  };
  return { ports: { ...ports, table, blocks }, chunks };
}
