/** All calls of processes to the world go through here: they take time, and they can have faults. */
import { ExpiredIteratorError, ThrottledError } from "../errors/index.js";
import { Draws, hashOf } from "./draws.js";
import type { EventLoop } from "./event-loop.js";
import type { FaultPlan } from "./fault-plan.js";
import { type CallFault, SimulatedFault } from "./faults.js";
import { never, type SimulatedProcess } from "./simulated-process.js";
import type { Trace } from "./trace.js";

export interface Call<T> {
  /** Port and method. */
  readonly operation: string;
  /** On what. */
  readonly key: string;
  /** Does it. Called once, not at all, or twice. */
  readonly effect: () => Promise<T>;
  /** The caller may lose interest. What it asked for may happen all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Of an `empty read`. */
  readonly empty?: () => T;
  /** Of a `short read`. */
  readonly short?: () => Promise<T>;
  /** Faults that the callee is to act upon. */
  readonly onFault?: (kind: CallFault) => void;
}

/** How long a request and a reply are under way when all is well, milliseconds. */
const LATENCY = [1, 20] as const;
/** When a client gives a call up. */
const TIME_OUT = [100, 3_000] as const;
/** How late is late. */
const LATE = [500, 25_000] as const;

export class Network {
  readonly #seed: number;
  readonly #loop: EventLoop;
  readonly #plan: FaultPlan;
  readonly #trace: Trace;
  calls = 0;

  constructor(seed: number, loop: EventLoop, plan: FaultPlan, trace: Trace) {
    this.#seed = seed;
    this.#loop = loop;
    this.#plan = plan;
    this.#trace = trace;
  }

  call<T>(process: SimulatedProcess, call: Call<T>): Promise<T> {
    if (!process.isAlive) return never();
    const identity = process.identify(call.operation, call.key);
    const hash = hashOf(this.#seed, identity);
    const kind = this.#plan.call(call.operation, identity, hash);
    this.calls += 1;
    this.#trace.add(this.#loop.now, hash, () => (kind === undefined ? identity : `${identity}  ✗ ${kind}`));
    return new Promise<T>((resolve, reject) => {
      process.inFlight.add(identity);
      const abandon = (): void => {
        process.inFlight.delete(identity);
        reject(call.signal?.reason);
      };
      call.signal?.addEventListener("abort", abandon);
      const deliver = (delay: number, settle: () => void): void => {
        this.#loop.after(delay, () =>
          process.resume(() => {
            process.inFlight.delete(identity);
            call.signal?.removeEventListener("abort", abandon);
            settle();
          }),
        );
      };
      const course = new Course(this.#loop, process, call, identity, Draws.of(hash), {
        succeed: (delay, value: T) => deliver(delay, () => resolve(value)),
        fail: (delay, error) => deliver(delay, () => reject(error)),
      });
      course.take(kind);
    });
  }
}

interface Outcome<T> {
  succeed(delay: number, value: T): void;
  fail(delay: number, error: unknown): void;
}

/** The way of one call to its effect and back. */
class Course<T> {
  readonly #loop: EventLoop;
  readonly #process: SimulatedProcess;
  readonly #call: Call<T>;
  readonly #identity: string;
  readonly #draws: Draws;
  readonly #outcome: Outcome<T>;

  constructor(
    loop: EventLoop,
    process: SimulatedProcess,
    call: Call<T>,
    identity: string,
    draws: Draws,
    outcome: Outcome<T>,
  ) {
    this.#loop = loop;
    this.#process = process;
    this.#call = call;
    this.#identity = identity;
    this.#draws = draws;
    this.#outcome = outcome;
  }

  take(kind: CallFault | undefined): void {
    const there = this.#draws.between(...LATENCY) * this.#process.slowness;
    const back = this.#draws.between(...LATENCY) * this.#process.slowness;
    if (kind === undefined) {
      this.#perform(there, back);
      return;
    }
    const late = Math.round(this.#draws.magnitude(...LATE));
    const timeOut = there + this.#draws.between(...TIME_OUT);
    switch (kind) {
      case "request lost":
        this.#fail(timeOut);
        break;
      case "reply lost":
        this.#loop.after(there, () => void this.#apply());
        this.#fail(timeOut);
        break;
      case "effect late":
        this.#loop.after(timeOut + late, () => void this.#apply());
        this.#fail(timeOut);
        break;
      case "request slow":
        this.#perform(late, back);
        break;
      case "reply late":
        this.#perform(there, late);
        break;
      case "doubled":
        this.#loop.after(there + this.#soonOrLate(), () => void this.#apply());
        this.#perform(there, back);
        break;
      case "throttled":
        this.#outcome.fail(there + back, new ThrottledError(`Slow down (${this.#identity}).`));
        break;
      case "crash before":
        this.#loop.after(there, () => this.#process.kill());
        break;
      case "crash after":
        this.#loop.after(there, () => {
          void this.#apply();
          this.#process.kill();
        });
        break;
      case "frozen":
        this.#loop.after(there, () => this.#process.freeze(late));
        this.#perform(there, back);
        break;
      case "empty read":
        if (this.#call.empty === undefined) this.#perform(there, back);
        else this.#outcome.succeed(there + back, this.#call.empty());
        break;
      case "short read":
        this.#perform(there, back, this.#call.short);
        break;
      case "iterator expired":
        this.#outcome.fail(there + back, new ExpiredIteratorError(`Too old (${this.#identity}).`));
        break;
      case "executor killed":
      case "memory lost":
        this.#call.onFault?.(kind);
        this.#perform(there, back);
        break;
    }
  }

  /** The second of two equal requests may also come with the first. */
  #soonOrLate(): number {
    return Math.round(this.#draws.magnitude(1, LATE[1]));
  }

  #perform(there: number, back: number, effect = this.#call.effect): void {
    this.#loop.after(there, () => {
      effect().then(
        (value) => this.#outcome.succeed(back, value),
        (error: unknown) => this.#outcome.fail(back, error),
      );
    });
  }

  /** The effect without a reply. */
  #apply(): Promise<void> {
    return this.#call.effect().then(
      () => {},
      () => {},
    );
  }

  #fail(delay: number): void {
    this.#outcome.fail(delay, new SimulatedFault(`The network is away (${this.#identity}).`));
  }
}
