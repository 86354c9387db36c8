import type { Clock } from "../ports/index.js";

/**
 * Waits for something that may take for ever, but only so long: `true` when it has ended in time. It is not ended by this, and what
 * it fails with in time is thrown.
 */
export async function endsWithin(
  clock: Pick<Clock, "sleep">,
  millis: number,
  work: Promise<unknown>,
): Promise<boolean> {
  const timer = new AbortController();
  const expired = clock.sleep(millis, timer.signal).then(() => false);
  try {
    return await Promise.race([work.then(() => true), expired]);
  } finally {
    timer.abort();
  }
}
