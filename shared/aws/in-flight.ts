import type { Clock } from "../ports/index.js";
import { endsWithin } from "../rules/index.js";

/**
 * Counts the calls that are under way at ports. A function that returns while one of them runs is frozen with it, and the
 * call goes on in the middle of a later invocation: so handlers wait here before they return.
 *
 * @example
 * const calls = new InFlight();
 * const ports = calls.track(await awsPorts(config, clients));
 * // ... work ...
 * const leftBehind = await calls.settled(clock, 5_000); // [] when nothing runs any more
 */
export class InFlight {
  readonly #names = new Map<number, string>();
  #next = 0;
  #idle: (() => void)[] = [];

  /** How many calls are under way. */
  get count(): number {
    return this.#names.size;
  }

  /** The ports, with every call counted that returns a promise. */
  track<P extends object>(ports: P): P {
    const tracked = Object.entries(ports).map(([name, port]): [string, unknown] => [
      name,
      typeof port === "object" && port !== null ? this.#trackPort(name, port) : port,
    ]);
    return Object.fromEntries(tracked) as P;
  }

  /** Waits until nothing is under way, but no longer than that; names what still is: `blocks.put`, ... */
  async settled(clock: Clock, withinMillis: number): Promise<readonly string[]> {
    if (this.count === 0) return [];
    const idle = new Promise<void>((resolve) => this.#idle.push(resolve));
    await endsWithin(clock, withinMillis, idle);
    return [...this.#names.values()];
  }

  #trackPort(name: string, port: object): object {
    return new Proxy(port, {
      get: (target, member) => {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== "function") return value;
        // On the port itself: classes with private fields do not work through a proxy.
        return (...args: unknown[]): unknown => this.#count(`${name}.${String(member)}`, value.apply(target, args));
      },
    });
  }

  #count(name: string, result: unknown): unknown {
    if (!(result instanceof Promise)) return result;
    const id = this.#next++;
    this.#names.set(id, name);
    const done = (): void => {
      this.#names.delete(id);
      if (this.count > 0) return;
      for (const resolve of this.#idle.splice(0)) resolve();
    };
    result.then(done, done);
    return result;
  }
}
