export {
  type Allocate,
  columnLength,
  decodeColumn,
  decodePairs,
  encodeColumn,
  encodeGroups,
  encodePairs,
  forEachInColumn,
  forEachPair,
  type Repeated,
} from "./columns.js";
export { KeyMap } from "./key-map.js";
export { KeyTable } from "./key-table.js";
export { assertKey, compareKeys, hashKey, isPrimitiveKey, keyBytes, type PrimitiveKey } from "./keys.js";
export { type Codec, registerCodec } from "./registry.js";
export { decode, encode } from "./values.js";
