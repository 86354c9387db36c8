/** Waiting for what others bring about: patiently, because machines are busy, and never for ever. */
import { setTimeout as sleep } from "node:timers/promises";

type Found<T> = T | undefined | false;

/** Resolves with what the probe finds as soon as it finds something. @throws {Error} after so many milliseconds. */
export async function eventually<T>(
  what: string,
  millis: number,
  probe: () => Found<T> | Promise<Found<T>>,
  pauseMillis = 250,
): Promise<T> {
  const end = Date.now() + millis;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`not within ${millis} ms: ${what}`);
    await sleep(pauseMillis);
  }
}

/** Resolves when something holds that is looked at often. @throws {Error} after so many milliseconds. */
export async function until(holds: () => boolean | Promise<boolean>, millis = 10_000): Promise<void> {
  await eventually(String(holds), millis, holds, 5);
}
