import { type Timer, Timers } from "./timers.js";

/** How the loop lets everything happen that an event has set going. */
export type Drain = () => void;

/**
 * Virtual time: a heap of events in the order (time, sequence). Each event does one thing, then all microtasks run, then comes
 * the next: nothing ever happens at the same time, and a seed always takes the same course.
 */
export class EventLoop {
  #now: number;
  #sequence = 0;
  readonly #timers = new Timers();

  /** @param start When time begins, epoch milliseconds. */
  constructor(start: number) {
    this.#now = start;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.#now;
  }

  after(millis: number, fire: () => void): Timer {
    const timer = { time: this.#now + Math.max(0, millis), sequence: this.#sequence++, fire, cancelled: false };
    this.#timers.push(timer);
    return timer;
  }

  /** Runs events until it is told that it is over, or there are no more; all in one go. */
  runSync(drain: Drain, isOver: () => boolean): void {
    while (!isOver() && this.#next()) drain();
  }

  /** The same for programs that wait for something else than ports: one turn of Node's event loop an event. */
  async run(isOver: () => boolean): Promise<void> {
    while (!isOver() && this.#next()) await new Promise((resolve) => setImmediate(resolve));
  }

  #next(): boolean {
    const timer = this.#timers.pop();
    if (timer === undefined) return false;
    this.#now = timer.time;
    timer.fire();
    return true;
  }
}
