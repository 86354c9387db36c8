import type { Clock } from "../ports/index.js";

/** Longest delay a timer takes; a longer one would fire at once. https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
const MAX_TIMER_MILLIS = 2 ** 31 - 1;

/** The machine's own time. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0) return new Promise((resolve) => void setImmediate(resolve));
    const end = this.monotonic() + ms;
    for (let left = ms; left > 0 && !signal?.aborted; left = end - this.monotonic()) {
      await timer(Math.min(Math.ceil(left), MAX_TIMER_MILLIS), signal);
    }
  }
}

function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(handle);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}
