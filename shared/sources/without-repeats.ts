import type { Clock, Console } from "../ports/index.js";

/** A state that lasts is said again after so many milliseconds. */
const SAY_AGAIN_MILLIS = 60_000;

/**
 * A console for what is tried again and again: a message equal to the one before it is logged once a minute only, so that
 * a server that is down for an hour does not bury everything else.
 */
export function withoutRepeats(console: Console, clock: Clock): Console {
  let last: string | undefined;
  let silentUntil = 0;
  return {
    print: (text) => console.print(text),
    log(level, message, details) {
      const now = clock.monotonic();
      if (message === last && now < silentUntil) return;
      last = message;
      silentUntil = now + SAY_AGAIN_MILLIS;
      console.log(level, message, details);
    },
  };
}
