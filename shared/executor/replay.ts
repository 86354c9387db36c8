import { decode } from "../codec/index.js";
import { NonDeterministicBodyError } from "../errors/index.js";
import type { Action, RddNode } from "../rdd/index.js";
import type { CallOutcome, RecordedCall } from "./messages.js";
import { deserializeError } from "./serialized-error.js";

/** What an action call is recorded as: says enough to notice a body that takes another way when it is run again. */
export function callName(action: Action, node: RddNode): string {
  return `${action.name} of ${node.label} (#${node.id})`;
}

/**
 * Answers a body's calls from the record, each no sooner than the driver's run of the body had its answer: so bodies that
 * make several calls at a time take the same way again.
 */
export class Replay {
  readonly #owner: string;
  readonly #calls: readonly RecordedCall[];
  /** Indices of the calls that had ended, in the order in which they did. */
  readonly #ended: readonly number[];
  readonly #settle: ((outcome: CallOutcome) => void)[] = [];
  #delivered = 0;

  constructor(owner: string, calls: readonly RecordedCall[]) {
    this.#owner = owner;
    this.#calls = calls;
    const orderOf = (index: number): number => calls[index]?.outcome?.order ?? 0;
    this.#ended = [...calls.keys()].filter((i) => calls[i]?.outcome).sort((a, b) => orderOf(a) - orderOf(b));
  }

  /** Number of calls answered so far, or waiting for their answer. */
  get position(): number {
    return this.#settle.length;
  }

  /** What the call came to; never for a call that was still running when the record was taken. */
  answer(name: string): Promise<unknown> {
    const recorded = this.#calls[this.position]?.name;
    if (recorded !== name) throw tookAnotherWay(this.#owner, name, recorded);
    const answer = new Promise((resolve, reject) => {
      this.#settle.push(({ result }) => {
        if ("value" in result) resolve(decode(result.value));
        else reject(deserializeError(result.error));
      });
    });
    this.#deliver();
    return answer;
  }

  #deliver(): void {
    for (;;) {
      const index = this.#ended[this.#delivered] ?? -1;
      const outcome = this.#calls[index]?.outcome;
      if (outcome === undefined || outcome.after > this.position) return;
      this.#delivered += 1;
      this.#settle[index]?.(outcome);
    }
  }
}

/** The body called something else than before. */
export function tookAnotherWay(owner: string, called: string, before: string | undefined): NonDeterministicBodyError {
  return new NonDeterministicBodyError(
    `${owner} called ${called} where it called ${before ?? "nothing"} before: its body must be deterministic.`,
    { operator: owner },
  );
}
