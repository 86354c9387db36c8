/** Ports of a process that can die: from then on no call of it returns, as if it had been killed. */
export interface Mortal<P extends object> {
  readonly ports: P;
  /** Kills the process. Calls that are under way may still take effect, but nobody hears of it. */
  kill(): void;
}

/** Each call gets a fresh promise that never resolves, so that what waits for it can be collected. */
export function mortal<P extends object>(ports: P): Mortal<P> {
  let dead = false;
  const guard = (port: object): object =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          if (dead) return new Promise(() => {});
          const result: unknown = member.apply(target, args);
          if (!(result instanceof Promise)) return result;
          return new Promise((resolve, reject) => {
            result.then(
              (value) => dead || resolve(value),
              (error: unknown) => dead || reject(error),
            );
          });
        };
      },
    });
  const guarded = Object.entries(ports).map(([name, port]): [string, object] => [name, guard(port as object)]);
  return {
    ports: Object.fromEntries(guarded) as P,
    kill() {
      dead = true;
    },
  };
}
