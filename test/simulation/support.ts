import { microtaskDrain } from "../../shared/simulation/index.js";

const drain = microtaskDrain() as () => void;

/** Runs something from the event loop itself: inside a microtask, as after an `await`, microtasks cannot be run. */
export function fromEventLoop<T>(work: (drain: () => void) => T): Promise<T> {
  return new Promise((resolve, reject) => {
    setImmediate(() => {
      try {
        resolve(work(drain));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
