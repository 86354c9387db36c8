import { firstKeyGroup, type StateNode } from "../rdd/index.js";
import {
  loadState,
  type StateCache,
  type StateCounts,
  type StateMeta,
  StatePartition,
  type StatePartitionMeta,
  type StateStorage,
  writeChanges,
  writeSnapshot,
} from "../state/index.js";

/** One state partition in the hands of one task: loaded before it runs, written after it. */
export interface TaskState {
  readonly access: StatePartition;
  /** Writes what changed and returns what the manifest is to say. Only then the partition stays warm. */
  save(): Promise<{ readonly meta: StatePartitionMeta; readonly counts: StateCounts }>;
}

export async function openState(
  storage: StateStorage,
  cache: StateCache,
  node: StateNode,
  partition: number,
  meta: StateMeta | undefined,
): Promise<TaskState> {
  const from = firstKeyGroup(partition, node.numPartitions);
  const to = firstKeyGroup(partition + 1, node.numPartitions);
  const slot = `${storage.job}/${node.uid}/${from}-${to}`;
  const existing = meta?.partitions.find((candidate) => candidate.from === from && candidate.to === to);
  const tip = existing?.chain.at(-1)?.name;
  const warm = tip === undefined ? undefined : cache.take(slot, tip);
  const access = warm ?? (meta === undefined ? initialState(node, from, to) : await loadState(storage, meta, from, to));
  // State that was kept in other partitions so far is written whole, so that the new layout stands on its own.
  const recut = meta !== undefined && existing === undefined;
  return {
    access,
    async save() {
      const before = existing?.chain ?? [];
      const chain = recut
        ? await writeSnapshot(storage, node.uid, access)
        : await writeChanges(storage, node.uid, access, before);
      const newTip = chain.at(-1)?.name;
      if (newTip !== undefined) cache.put(slot, newTip, access);
      const covers = node.covers && { covers: node.covers };
      return { meta: { from, to, chain, keys: access.size, ...covers }, counts: access.counts };
    },
  };
}

function initialState(node: StateNode, from: number, to: number): StatePartition {
  const partition = new StatePartition(from, to);
  for (const [key, value] of node.operator.initialState ?? []) {
    if (partition.owns(key)) partition.touch(key).update(value);
  }
  return partition;
}
