export {
  chunkKey,
  chunkObject,
  chunksOf,
  loadState,
  readChunk,
  type StateChunk,
  type StateMeta,
  type StatePartitionMeta,
  type StateStorage,
  writeChanges,
  writeSnapshot,
} from "./chunks.js";
export { StateCache } from "./state-cache.js";
export { addCounts, type StateCounts } from "./state-counts.js";
export { type StateChanges, StatePartition } from "./state-partition.js";
export { WindowContents } from "./window-contents.js";
export { JoinedValues, ReducedValues, type WindowValues } from "./window-values.js";
