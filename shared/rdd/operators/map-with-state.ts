import { compareKeys } from "../../codec/index.js";
import { State } from "../key-state.js";
import type { StateAccess, StateEntry, StateOperator } from "../lineage.js";
import { checkKey, toPair } from "../pair.js";
import { userError } from "../task-info.js";

type Mapping = (key: unknown, value: unknown, state: State<unknown>, batchTime: number) => unknown;

/** How a state is stored: with the time of the batch that touched it last. */
type Stamped = readonly [value: unknown, stamp: number];

/** A key that has not been touched for longer than this is gone, milliseconds. */
type Timeout = number | undefined;

/**
 * Calls `f` for every record with the state of its key, in the order of the records, and emits what it returns unless
 * that is `undefined`. Only these keys are looked at, and those whose time is up.
 */
export function mapWithState(
  f: Mapping,
  timeout: Timeout,
  initialState: ReadonlyArray<readonly [unknown, Stamped]> | undefined,
): StateOperator {
  return {
    name: "mapWithState",
    initialState,
    attach: (out, access, task, label) => {
      const now = task.batchTime;
      const state = new State<unknown>();
      const idle = timeout === undefined ? undefined : access.index(() => idleKeys(access));
      const call = (entry: StateEntry, value: unknown): void => {
        let mapped: unknown;
        try {
          mapped = f(entry.key, value, state, now);
        } catch (cause) {
          throw userError(label, task, cause, { value: [entry.key, value] });
        }
        if (mapped !== undefined) out.push(mapped);
      };
      const pushPair = (key: unknown, value: unknown): void => {
        const entry = access.touch(checkKey(key, label));
        const before = entry.value as Stamped | undefined;
        state.wrap(before?.[0]);
        call(entry, value);
        if (state.isRemoved()) entry.update(undefined);
        else if (state.isUpdated()) entry.update(stamped(state.get(), before, timeout, now));
        // Not updated: but a Map or Set may have been changed in place, which only its bytes can tell.
        else if (before !== undefined) entry.update(timeout === undefined ? before : [before[0], now]);
        if (idle !== undefined) remember(idle, entry, before, now);
      };
      return {
        pushPair,
        push(element) {
          const pair = toPair(element, label);
          pushPair(pair[0], pair[1]);
        },
        end() {
          if (idle !== undefined && timeout !== undefined) {
            for (const entry of takeTimedOut(idle, now - timeout)) {
              state.wrap((entry.value as Stamped)[0], true);
              call(entry, undefined);
              access.timeOut(entry);
            }
          }
          out.end();
        },
      };
    },
  };
}

/** The state in what `mapWithState` stores. */
export function stateOf(stored: unknown): unknown {
  return (stored as Stamped)[0];
}

/** Without a time-out nobody asks for the stamp of a state that stays as it is, so nothing is written. */
function stamped(value: unknown, before: Stamped | undefined, timeout: Timeout, now: number): Stamped {
  const same = timeout === undefined && before !== undefined && Object.is(value, before[0]);
  return [value, same ? before[1] : now];
}

/** The keys with state, longest untouched first. */
function idleKeys(access: StateAccess): Set<StateEntry> {
  const entries: StateEntry[] = [];
  access.forEach((entry) => {
    if (entry.value !== undefined) entries.push(entry);
  });
  return new Set(entries.sort((a, b) => stampOf(a) - stampOf(b)));
}

/** A key moves to the end when it is touched, once a batch. */
function remember(idle: Set<StateEntry>, entry: StateEntry, before: Stamped | undefined, now: number): void {
  const known = before !== undefined;
  if (entry.value === undefined) {
    if (known) idle.delete(entry);
    return;
  }
  if (known && before[1] === now) return;
  if (known) idle.delete(entry);
  idle.add(entry);
}

/** Removes and returns the keys stamped before `threshold`, in an order that does not depend on how long they were in memory. */
function takeTimedOut(idle: Set<StateEntry>, threshold: number): readonly StateEntry[] {
  const timedOut: StateEntry[] = [];
  for (const entry of idle) {
    if (stampOf(entry) >= threshold) break;
    idle.delete(entry);
    timedOut.push(entry);
  }
  return timedOut.sort((a, b) => stampOf(a) - stampOf(b) || compareKeys(a.key, b.key));
}

function stampOf(entry: StateEntry): number {
  return (entry.value as Stamped)[1];
}
