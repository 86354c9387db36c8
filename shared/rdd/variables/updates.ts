import type { Accumulator } from "./accumulator.js";
import { currentScope } from "./scope.js";

/** By name of the accumulator: what was added. */
export type Updates = Readonly<Record<string, unknown>>;

type AnyAccumulator = Pick<Accumulator<unknown, unknown>, "name" | "merged">;

/** Updates on top of others, of which none is changed; those of accumulators that the program does not have stay. */
export function mergeUpdates(
  accumulators: readonly AnyAccumulator[],
  before: Updates,
  ...later: readonly Updates[]
): Updates {
  const all: Record<string, unknown> = { ...before };
  for (const updates of later) {
    for (const accumulator of accumulators) {
      const { name } = accumulator;
      if (updates[name] !== undefined) all[name] = accumulator.merged(all[name], updates[name]);
    }
  }
  return all;
}

/** Counts what tasks have added in the scope of the body or batch that they ran for. */
export function countUpdates(accumulators: readonly AnyAccumulator[], some: readonly Updates[]): void {
  const scope = currentScope();
  if (scope === undefined || some.length === 0) return;
  const merged = mergeUpdates(accumulators, Object.fromEntries(scope.updates), ...some);
  for (const [name, update] of Object.entries(merged)) scope.updates.set(name, update);
}
