import type { StateEntry, StateOperator, ZipOperator } from "../lineage.js";
import { pairPusher } from "../sink.js";
import { type TaskInfo, userError } from "../task-info.js";
import { sequence } from "./sequence.js";

type Reduce = (a: unknown, b: unknown) => unknown;

/** What a window loses and gains at a slide; functions of the user's. */
export interface RunningReduce {
  readonly reduce: Reduce;
  /** `inverse(reduce(a, b), b)` is `a`. */
  readonly inverse: Reduce;
  /** Pairs for which it does not hold are dropped after each slide. */
  readonly filter: ((pair: readonly [unknown, unknown]) => unknown) | undefined;
}

const NOTHING = Symbol("nothing");

/** A change to one key's aggregate: what leaves the window and what enters it, each reduced. */
type Change = [leaving: unknown, entering: unknown];

/** Pairs of batches that leave the window (the first `leaving` parents), then of those that enter it, oldest first. */
export function windowChange(leaving: number, entering: number): ZipOperator {
  return sequence(leaving + entering, (parent, pair) => [parent < leaving, pair]);
}

/**
 * Keeps the aggregate of a window up to date by what left and what entered, and emits all keys:
 * `reduce(inverse(aggregate, leaving), entering)`, each part only where there is something. The input is
 * {@link windowChange}'s.
 */
export function runningWindow({ reduce, inverse, filter }: RunningReduce): StateOperator {
  return {
    name: "runningWindow",
    initialState: undefined,
    attach: (out, state, task, label) => {
      const emit = pairPusher(out);
      const changed: StateEntry[] = [];
      return {
        push(element) {
          const [leaves, [key, value]] = element as [boolean, readonly [unknown, unknown]];
          const entry = state.touch(key);
          if (entry.pending === undefined) {
            entry.pending = [NOTHING, NOTHING] satisfies Change;
            changed.push(entry);
          }
          const side = leaves ? 0 : 1;
          const change = entry.pending;
          change[side] =
            change[side] === NOTHING ? value : guarded(() => reduce(change[side], value), entry, task, label);
        },
        end() {
          for (const entry of changed) {
            const change = entry.pending as Change;
            entry.pending = undefined;
            entry.update(
              guarded(
                () => {
                  const next = advance(entry.value, change, reduce, inverse);
                  return next === undefined || filter === undefined || filter([entry.key, next]) ? next : undefined;
                },
                entry,
                task,
                label,
              ),
            );
          }
          state.forEach((entry) => {
            if (entry.value !== undefined) emit(entry.key, entry.value);
          });
          out.end();
        },
      };
    },
  };
}

/** Without an aggregate there is nothing that anything could leave: a filter dropped the key. */
function advance(aggregate: unknown, [leaving, entering]: Change, reduce: Reduce, inverse: Reduce): unknown {
  if (aggregate === undefined) return entering === NOTHING ? undefined : entering;
  const rest = leaving === NOTHING ? aggregate : inverse(aggregate, leaving);
  return entering === NOTHING ? rest : reduce(rest, entering);
}

function guarded(f: () => unknown, entry: StateEntry, task: TaskInfo, label: string): unknown {
  try {
    return f();
  } catch (cause) {
    throw userError(label, task, cause, { value: [entry.key, entry.value] });
  }
}
