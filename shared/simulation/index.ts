/** The world in one process and in virtual time. */
export { MemoryBlockStore } from "./memory-block-store.js";
export { type LogLine, MemoryConsole } from "./memory-console.js";
export { MemoryFileSystem } from "./memory-file-system.js";
export { MemoryStreamSource } from "./memory-stream-source.js";
export { MemoryTable } from "./memory-table.js";
export { type Mortal, mortal } from "./mortal.js";
export { SequentialIds } from "./sequential-ids.js";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.js";
