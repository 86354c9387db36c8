import { IllegalArgumentError } from "../errors/index.js";

/** What steps have returned, by name: a body that is run again after a failure does not repeat them. */
export type StepResults = Map<string, { readonly value: unknown }>;

/** The steps of one run of a body. */
export class Steps {
  readonly #owner: string;
  readonly #token: string;
  readonly #results: StepResults;
  readonly #seen = new Set<string>();
  /** The step whose effect is being called. */
  #current: string | undefined;

  /** @param token Beginning of the tokens that effects get. */
  constructor(owner: string, token: string, results: StepResults) {
    this.#owner = owner;
    this.#token = token;
    this.#results = results;
  }

  /** The effect's result, of this run of the body or of an earlier one. */
  async run(name: string, effect: (token: string) => unknown): Promise<unknown> {
    if (this.#seen.has(name)) {
      throw this.#illegal(`has two steps named "${name}": a step's name must be unique in its body.`);
    }
    this.#seen.add(name);
    const done = this.#results.get(name) ?? { value: await this.#call(name, effect) };
    this.#results.set(name, done);
    return done.value;
  }

  /** @throws {IllegalArgumentError} for an action that a step's effect calls: executors, which do not run steps, never get there. */
  assertNoAction(action: string): void {
    if (this.#current === undefined) return;
    throw this.#illegal(
      `calls ${action} in step "${this.#current}": call actions before the step and use their results in it.`,
    );
  }

  #call(name: string, effect: (token: string) => unknown): unknown {
    this.#current = name;
    try {
      return effect(`${this.#token}/step/${name}`);
    } finally {
      this.#current = undefined;
    }
  }

  #illegal(what: string): IllegalArgumentError {
    return new IllegalArgumentError(`${this.#owner} ${what}`, { operator: this.#owner });
  }
}
