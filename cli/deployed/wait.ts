/** Waiting for a deployed application to come to something, with something to read meanwhile. */
import type { Clock } from "../../shared/ports/index.js";

/** Pause between two looks, milliseconds. */
const LOOK_EVERY_MILLIS = 1000;

export interface Waiting<T> {
  readonly clock: Clock;
  readonly timeoutMillis: number;
  look(): Promise<T>;
  /** Whether it has come to what is waited for. */
  isDone(seen: T): boolean;
  /** What is to be said about it; said when it changes. */
  describe(seen: T): string;
  readonly say: (line: string) => void;
  /** Is called after every look that was not the last. */
  nudge?(seen: T): Promise<void>;
}

/** Looks again and again; the last look is returned, be it done or not. */
export async function waitFor<T>(waiting: Waiting<T>): Promise<{ readonly done: boolean; readonly seen: T }> {
  const { clock, timeoutMillis } = waiting;
  const end = clock.monotonic() + timeoutMillis;
  let said = "";
  for (;;) {
    const seen = await waiting.look();
    const done = waiting.isDone(seen);
    if (done || clock.monotonic() >= end) return { done, seen };
    const line = waiting.describe(seen);
    if (line !== said) waiting.say(line);
    said = line;
    await waiting.nudge?.(seen);
    await clock.sleep(LOOK_EVERY_MILLIS);
  }
}
