/** The world on one machine, in real time: an embedded database and files that survive a killed process. */

export type { Durability } from "./durability.js";
export { importApp, type LoadedProgram, loadProgram } from "./load-program.js";
export { LARGE_BLOCK_BYTES } from "./local-block-store.js";
export { LocalFileSystem } from "./local-file-system.js";
export { LOCAL_MASTER, openLocalMaster } from "./local-master.js";
export { LocalStore, type LocalStoreOptions } from "./local-store.js";
export { LocalStreams } from "./local-streams.js";
export { openReadOnly, type ReadOnlyStore } from "./read-only-store.js";
export { TerminalConsole } from "./terminal-console.js";
