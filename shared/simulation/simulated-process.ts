import type { Clock, Ids } from "../ports/index.js";
import type { EventLoop } from "./event-loop.js";

/**
 * A process: what makes it one is that it can die, stand still, and have a clock of its own. All that happens in it happens
 * because an event has resumed it.
 */
export class SimulatedProcess {
  readonly name: string;
  /** Calls to the outside world that have not been answered. */
  readonly inFlight = new Set<string>();
  readonly ids: Ids;
  /** How many times longer than usual its calls take. */
  readonly slowness: number;
  readonly clock: Clock;
  readonly #loop: EventLoop;
  readonly #host: ProcessHost;
  readonly #calls = new Map<string, number>();
  readonly #mourners: (() => void)[] = [];
  #alive = true;
  #frozenUntil = 0;

  constructor(name: string, loop: EventLoop, host: ProcessHost, { skew, slowness }: Nature) {
    this.name = name;
    this.slowness = slowness;
    this.#loop = loop;
    this.#host = host;
    let ids = 0;
    this.ids = { next: () => `${name}-${++ids}` };
    const started = loop.now;
    this.clock = {
      now: () => loop.now + skew,
      monotonic: () => loop.now - started,
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** Name of one call, the same in every run in which the process gets that far in the same way. */
  identify(operation: string, key: string): string {
    const call = `${this.name}|${operation}|${key}`;
    const n = (this.#calls.get(call) ?? 0) + 1;
    this.#calls.set(call, n);
    return `${call}|${n}`;
  }

  /** Lets the process go on with something, unless it is dead; later if it stands still. */
  resume(go: () => void): void {
    if (!this.#alive) return;
    const wait = this.#frozenUntil - this.#loop.now;
    if (wait > 0) {
      this.#loop.after(wait, () => this.resume(go));
      return;
    }
    this.#host.running = this;
    go();
  }

  freeze(millis: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#loop.now + millis);
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#calls.clear();
    for (const mourn of this.#mourners) mourn();
  }

  /** Calls back when the process dies. */
  onDeath(mourn: () => void): void {
    this.#mourners.push(mourn);
  }

  #sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (!this.#alive) return never();
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancelled = true;
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = this.#loop.after(ms, () => this.resume(wake));
      signal?.addEventListener("abort", wake);
    });
  }
}

/** What a process is born with. */
export interface Nature {
  /** How far its clock is ahead of the others, milliseconds. */
  readonly skew: number;
  /** How many times longer than usual its calls take. */
  readonly slowness: number;
}

/** Knows which process runs: user code that calls a sink does not say who it is. */
export interface ProcessHost {
  running: SimulatedProcess | undefined;
}

/** Fresh each time: one promise that all dead processes wait for would keep them all in memory. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {});
}
