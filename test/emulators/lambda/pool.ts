/** All environments: warm ones are used again, new ones are started as far as the concurrency limits allow. */
import { Environment, type EnvironmentOptions, type Invocation, type Outcome } from "./environment.js";
import type { Functions, FunctionVersion, LambdaFunction } from "./functions.js";
import { throttled } from "./lambda-error.js";

export interface PoolOptions extends Omit<EnvironmentOptions, "log" | "onExit" | "variables"> {
  /** What the account may run at a time. */
  readonly concurrency: number;
  readonly variables: () => Readonly<Record<string, string>>;
  readonly log: (functionName: string, line: string) => void;
}

export class Pool {
  readonly #environments = new Set<Environment>();

  constructor(
    private readonly functions: Functions,
    private readonly options: PoolOptions,
  ) {}

  all(): readonly Environment[] {
    return [...this.#environments];
  }

  /** Runs one invocation. @throws {LambdaError} when the limits leave no room for it. */
  invoke(owner: LambdaFunction, version: FunctionVersion, invocation: Invocation): Promise<Outcome> {
    this.#checkLimits(owner);
    // The one used last: the others may be left to grow cold.
    const warm = this.all().findLast((environment) => environment.version === version && environment.idle);
    const environment = warm ?? this.#start(version);
    // Sets keep the order of insertion.
    this.#environments.delete(environment);
    this.#environments.add(environment);
    return environment.invoke(invocation);
  }

  /** Ends environments that no invocation can reach any more, when they have nothing to do. */
  retire(reachable: (version: FunctionVersion) => boolean): void {
    for (const environment of this.all())
      if (environment.idle && !reachable(environment.version)) void environment.stop();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().map((environment) => environment.stop()));
  }

  #start(version: FunctionVersion): Environment {
    const { log, variables, ...options } = this.options;
    const environment = Environment.start(version, {
      ...options,
      variables: variables(),
      log: (line) => log(version.functionName, line),
      onExit: () => this.#environments.delete(environment),
    });
    this.#environments.add(environment);
    return environment;
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
  #checkLimits({ name, reserved }: LambdaFunction): void {
    const busy = this.all().filter((environment) => environment.busy);
    if (reserved !== undefined) {
      const own = busy.filter(({ version }) => version.functionName === name).length;
      if (own >= reserved) throw throttled("ReservedFunctionConcurrentInvocationLimitExceeded");
      return;
    }
    const all = this.functions.all();
    const apart = new Set(all.filter((each) => each.reserved !== undefined).map((each) => each.name));
    const left = all.reduce((sum, each) => sum - (each.reserved ?? 0), this.options.concurrency);
    if (busy.filter(({ version }) => !apart.has(version.functionName)).length >= left) {
      throw throttled("ConcurrentInvocationLimitExceeded");
    }
  }
}
