export type { ClaimedInput } from "./claim.js";
export { chooseFiles, claimFiles, filesStart, splitFile } from "./file-input.js";
export { inputRecords } from "./input-records.js";
export { claimQueue, queueStart } from "./queue-input.js";
export { claimStream, readableShards, type StreamPosition, streamStart } from "./stream-input.js";
