import { EXIT_BY_SIGNAL } from "./exit-codes.js";

type StopSignal = keyof typeof EXIT_BY_SIGNAL;
const SIGNALS = Object.keys(EXIT_BY_SIGNAL) as StopSignal[];

/**
 * One Ctrl-C can arrive twice: from the terminal, and from npm, which passes its own on. Signals that close together are
 * taken as one.
 */
const ECHO_MILLIS = 500;

/** Calls `stop` at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function onStopSignals(stop: (signal: StopSignal) => void): void {
  let first: number | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const now = performance.now();
      if (first === undefined) {
        first = now;
        stop(signal);
      } else if (now - first > ECHO_MILLIS) process.exit(EXIT_BY_SIGNAL[signal]);
    });
  }
}
