/** The world in one process and in virtual time, with all its faults. */

export { microtaskDrain } from "./drain.js";
export { Draws } from "./draws.js";
export { type FaultChoice, type FaultRates, type Injected, swarm } from "./fault-plan.js";
export { CALL_FAULTS, FAULT_KINDS, type FaultKind, faultsOf, WORLD_FAULTS } from "./faults.js";
export { type Invariant, Violation } from "./law.js";
export { MemoryBlockStore } from "./memory-block-store.js";
export { type LogLine, MemoryConsole } from "./memory-console.js";
export { MemoryFileSystem } from "./memory-file-system.js";
export { MemoryStreamSource } from "./memory-stream-source.js";
export { MemoryTable } from "./memory-table.js";
export { type Mortal, mortal } from "./mortal.js";
export { SequentialIds } from "./sequential-ids.js";
export { shrink } from "./shrink.js";
export { type SeedOptions, type SeedOutcome, Simulation } from "./simulation.js";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.js";
export {
  Counters,
  type Expected,
  type FedRecord,
  type Model,
  type ModelBatch,
  type StateValue,
  type Surroundings,
  type Workload,
} from "./workload.js";
