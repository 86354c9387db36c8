/**
 * Which batch's variables a function of the user's sees, and where its updates go. Functions run in the scope of the
 * task, body or replay that called them, also after an `await`: that is why it is an AsyncLocalStorage. Programs without
 * variables have no scopes and pay nothing.
 */
import { AsyncLocalStorage } from "node:async_hooks";

/** `task`: element functions on an executor. `body`: `transform` and `foreachRDD` bodies on the driver. `replay`: these on an executor. */
export type ScopeRole = "task" | "body" | "replay";

export interface VariableScope {
  readonly role: ScopeRole;
  /** By name of the broadcast variable. */
  readonly broadcasts: ReadonlyMap<string, unknown>;
  /** By name of the accumulator: totals that bodies may read. */
  readonly totals: Readonly<Record<string, unknown>>;
  /** By name of the accumulator: what has been added in this scope. */
  readonly updates: Map<string, unknown>;
}

const storage = new AsyncLocalStorage<VariableScope>();

export function currentScope(): VariableScope | undefined {
  return storage.getStore();
}

/** Runs `f`, and all that it awaits, in a scope. */
export function inScope<R>(scope: VariableScope, f: () => R): R {
  return storage.run(scope, f);
}

/**
 * Ends all scopes, for a host that knows that nothing goes on in them: from the first scope on every promise of the process
 * takes note of the scope it is made in, and that is most of what a promise costs.
 */
export function endAllScopes(): void {
  storage.disable();
}

/** Runs `f` as a replay: its updates have been counted where it ran first. */
export function asReplay<R>(f: () => R): R {
  const scope = storage.getStore();
  return scope === undefined ? f() : storage.run({ ...scope, role: "replay", updates: new Map() }, f);
}
