import type { StateEntry, StateOperator } from "../lineage.js";
import { checkKey, toPair } from "../pair.js";
import { pairPusher } from "../sink.js";
import { type TaskInfo, userError } from "../task-info.js";

/** Shared by all keys without new values; frozen, so that a function that pushes into it fails instead of leaking. */
const NO_VALUES: readonly unknown[] = Object.freeze([]);

type Update = (values: readonly unknown[], state: unknown, key: unknown, batchTime: number) => unknown;

/**
 * Calls `update` once for every key with state and every key with new values, and emits all keys that have state then.
 * The input is grouped: `[key, values]`.
 */
export function updateStateByKey(update: Update, initialState: StateOperator["initialState"]): StateOperator {
  return {
    name: "updateStateByKey",
    initialState,
    attach: (out, state, task, label) => {
      const emit = pairPusher(out);
      const collect = collectPending(state, label);
      return {
        ...collect,
        end() {
          state.forEach((entry) => {
            const next = callUpdate(update, entry, task, label);
            if (next !== undefined) emit(entry.key, next);
          });
          out.end();
        },
      };
    },
  };
}

function callUpdate(update: Update, entry: StateEntry, task: TaskInfo, label: string): unknown {
  const values = entry.pending ?? NO_VALUES;
  entry.pending = undefined;
  try {
    const next = update(values, entry.value, entry.key, task.batchTime);
    entry.update(next);
    return next;
  } catch (cause) {
    throw userError(label, task, cause, { value: [entry.key, values] });
  }
}

function keepState(entry: StateEntry, value: unknown, task: TaskInfo, label: string): void {
  try {
    entry.update(value);
  } catch (cause) {
    throw userError(label, task, cause, { value: [entry.key, value] });
  }
}

/** Gathers grouped input at the entries of its keys. */
function collectPending(state: { touch(key: unknown): StateEntry }, label: string) {
  const pushPair = (key: unknown, list: unknown): void => {
    const values = list as unknown[];
    const entry = state.touch(checkKey(key, label));
    entry.pending = entry.pending === undefined ? values : joined(entry.pending, values);
  };
  return {
    pushPair,
    push(element: unknown) {
      const pair = toPair(element, label);
      pushPair(pair[0], pair[1]);
    },
  };
}

/** A list of exactly their length where both count; a long one grows in place instead, so that many do not cost the square. */
function joined(list: unknown[], more: readonly unknown[]): unknown[] {
  if (list.length <= 4 * more.length) return list.concat(more);
  for (const value of more) list.push(value);
  return list;
}

/** What the iterator form of `updateStateByKey` sees of a key. */
export interface KeyedUpdate {
  readonly key: unknown;
  readonly values: readonly unknown[];
  readonly state: unknown;
}

/**
 * The iterator form: one call a partition, which gets all keys with state or values and returns the pairs that are to be
 * state from then on: it may drop, keep or re-key entries. A new key stays in the partition that returned it.
 */
export function updateStateByKeyIterator(
  update: (entries: Iterable<KeyedUpdate>, batchTime: number) => Iterable<readonly [unknown, unknown]>,
  initialState: StateOperator["initialState"],
): StateOperator {
  return {
    name: "updateStateByKeyIterator",
    initialState,
    attach: (out, state, task, label) => {
      const emit = pairPusher(out);
      const collect = collectPending(state, label);
      return {
        ...collect,
        end() {
          const entries: StateEntry[] = [];
          const updates: KeyedUpdate[] = [];
          state.forEach((entry) => {
            entries.push(entry);
            updates.push({ key: entry.key, values: entry.pending ?? NO_VALUES, state: entry.value });
            entry.pending = undefined;
          });
          let pairs: (readonly [unknown, unknown])[];
          try {
            pairs = [...update(updates, task.batchTime)];
          } catch (cause) {
            throw userError(label, task, cause);
          }
          const kept = new Set<StateEntry>();
          for (const pair of pairs) {
            const [key, value] = toPair(pair, label);
            const entry = state.touch(checkKey(key, label));
            keepState(entry, value, task, label);
            kept.add(entry);
            emit(key, value);
          }
          for (const entry of entries) if (!kept.has(entry)) entry.update(undefined);
          out.end();
        },
      };
    },
  };
}
