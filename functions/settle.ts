import type { InFlight } from "../shared/aws/index.js";
import type { Clock, Console } from "../shared/ports/index.js";

/** Kept back for the reply itself, milliseconds. */
const REPLY_MILLIS = 500;

/**
 * Waits, before a function returns, until none of its calls is under way: Lambda freezes it then, and a call would go on
 * in the middle of a later invocation. What is still under way is said, and how many calls it is returned.
 */
export async function settle(
  calls: InFlight,
  { clock, console }: { readonly clock: Clock; readonly console: Console },
  remainingMillis: number,
  mostMillis: number,
): Promise<number> {
  const leftBehind = await calls.settled(clock, Math.min(mostMillis, Math.max(0, remainingMillis - REPLY_MILLIS)));
  if (leftBehind.length > 0) {
    console.log("warn", "The function returns while calls are under way.", { calls: leftBehind });
  }
  return leftBehind.length;
}
