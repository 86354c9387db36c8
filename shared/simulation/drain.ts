import { setFlagsFromString } from "node:v8";

/**
 * A function that runs every pending microtask, and returns when there is none; `undefined` where the engine has no such
 * thing. It does nothing inside a microtask: whoever uses it must have been called by the event loop, not after an `await`.
 */
export function microtaskDrain(): (() => void) | undefined {
  try {
    setFlagsFromString("--allow-natives-syntax");
    return new Function("%PerformMicrotaskCheckpoint()") as () => void;
  } catch {
    return undefined;
  }
}
