/** What can go wrong. Each kind is one thing, so that the shortest list of faults that breaks a law reads like a story. */

/** Faults of a call to the outside world, with what they mean. */
export const CALL_FAULTS = {
  "request lost": "the call has no effect and fails after a time-out",
  "reply lost": "the call has its effect and fails after a time-out",
  "effect late": "the call fails after a time-out and has its effect long after",
  "request slow": "the call takes long to have its effect",
  "reply late": "the call has its effect and its reply takes long",
  doubled: "the call has its effect, and much later once more",
  throttled: "the service asks to slow down",
  "crash before": "the process dies; the call has no effect",
  "crash after": "the process dies; the call has its effect",
  frozen: "the process stands still for a while, then goes on as if nothing had happened",
  "empty read": "a read of a shard brings nothing although there is something",
  "short read": "a read of a shard brings one record of several",
  "iterator expired": "the iterator is too old",
  "executor killed": "the executor dies while it works",
  "memory lost": "what executors have in memory is gone",
} as const;

/** Faults that are no call's: they happen to the system as a whole. */
export const WORLD_FAULTS = {
  "extra tick": "a scheduler is started although one runs",
  "scheduler killed": "the schedulers that run die",
  "shard split": "a shard is split in two",
  "shards merged": "two neighbouring shards are merged",
  "lying lease": "a scheduler takes the head over although its owner is alive",
  "skewed clock": "a process has another time",
  "slow process": "all that a process does takes many times as long",
  "operator stops": "the application is stopped, and started again a little later",
  upgrade: "a new version of the program is deployed",
  rollback: "a new version is deployed, and a few batches later the one before again",
} as const;

export type CallFault = keyof typeof CALL_FAULTS;
export type WorldFault = keyof typeof WORLD_FAULTS;
/** What can go wrong in a simulation; docs/reliability.md says what each of them is. */
export type FaultKind = CallFault | WorldFault;

export const FAULT_KINDS = Object.keys({ ...CALL_FAULTS, ...WORLD_FAULTS }) as readonly FaultKind[];

/** Thrown by calls that fail because the world does. */
export class SimulatedFault extends Error {
  override readonly name = "SimulatedFault";
}

const OF_READS: readonly CallFault[] = ["request lost", "reply late", "throttled", "crash before", "frozen"];
const OF_WRITES: readonly CallFault[] = [
  "request lost",
  "reply lost",
  "effect late",
  "request slow",
  "reply late",
  "doubled",
  "throttled",
  "crash before",
  "crash after",
  "frozen",
];

/** Which faults a call can have. */
export function faultsOf(operation: string): readonly CallFault[] {
  return BY_OPERATION[operation] ?? OF_READS;
}

const BY_OPERATION: Readonly<Record<string, readonly CallFault[]>> = {
  "blocks.put": OF_WRITES,
  "blocks.putIfAbsent": OF_WRITES,
  "blocks.delete": OF_WRITES,
  "table.putIfAbsent": OF_WRITES,
  "table.update": OF_WRITES,
  "table.delete": OF_WRITES,
  "files.putIfAbsent": OF_WRITES,
  "sink.send": OF_WRITES,
  "sink.upsert": OF_WRITES,
  "streams.getRecords": [...OF_READS, "empty read", "short read", "iterator expired"],
  invoke: [...OF_WRITES, "executor killed", "memory lost"],
};
