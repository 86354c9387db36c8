export type { ClaimedInput } from "./claim.js";
export { chooseFiles, claimFiles, filesStart } from "./file-input.js";
export { claimQueue, queueStart } from "./queue-input.js";
export { claimStream, readableShards, type StreamPosition, streamStart } from "./stream-input.js";
