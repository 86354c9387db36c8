import type { Ports } from "../engine/world.js";

/** What happens at a port call: the process dies, or the call fails; before or after it has taken effect. */
export type Fault = "die before" | "die after" | "fail before" | "fail after";

export interface Interrupted {
  readonly ports: Ports;
  /** Resolves when the process is dead. */
  readonly died: Promise<void>;
  /** Port calls made so far. */
  readonly calls: () => number;
}

/** Ports of a process that goes well until its n-th call (1 is the first); calls of a dead process never return. */
export function interrupted(ports: Ports, n: number, fault: Fault): Interrupted {
  let calls = 0;
  let dead = false;
  let die = (): void => {};
  const died = new Promise<void>((resolve) => {
    die = () => {
      dead = true;
      resolve();
    };
  });
  const never = (): Promise<never> => new Promise(() => {});
  const guard = (port: object): object =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          const call = (): unknown => member.apply(target, args);
          if (SYNCHRONOUS.has(String(name))) return call();
          if (dead) return never();
          calls += 1;
          if (calls !== n) return mortal(call());
          switch (fault) {
            case "die before":
              die();
              return never();
            case "die after":
              void call();
              die();
              return never();
            case "fail before":
              return Promise.reject(new Error("the network is away"));
            case "fail after":
              return Promise.resolve(call()).then(() => Promise.reject(new Error("the answer was lost")));
          }
        };
      },
    });
  /** The answer of a call that was made while the process lived. */
  const mortal = (result: unknown): unknown =>
    result instanceof Promise ? result.then((value) => (dead ? never() : value)) : result;
  const guarded = Object.entries(ports).map(([name, port]) => [name, guard(port)]);
  return { ports: Object.fromEntries(guarded) as Ports, died, calls: () => calls };
}

/** What a process does without the world: its clock, its names, its console. */
const SYNCHRONOUS = new Set(["now", "monotonic", "next", "print", "log"]);
