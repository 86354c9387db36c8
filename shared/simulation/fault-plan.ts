import { Draws } from "./draws.js";
import { type CallFault, FAULT_KINDS, type FaultKind, faultsOf, type WorldFault } from "./faults.js";

/** A fault that happened: to which call (or to which event of the world), and what. */
export interface Injected {
  readonly identity: string;
  readonly kind: FaultKind;
}

/** How often each kind happens to a call that it can happen to; kinds that are absent never happen. */
export type FaultRates = Readonly<Partial<Record<FaultKind, number>>>;

/** How a run comes to its faults: by chance, or just these. */
export type FaultChoice = { readonly rates: FaultRates } | { readonly only: readonly Injected[] };

/** A call that could have had a fault. */
export interface PlannedCall {
  readonly operation: string;
  readonly identity: string;
}

/** Decides about every call, and keeps a list of the faults. */
export class FaultPlan {
  readonly injected: Injected[] = [];
  /** All calls that there were, if they are to be recorded. */
  readonly calls: PlannedCall[] = [];
  readonly #seed: number;
  readonly #rates: FaultRates;
  readonly #only: ReadonlyMap<string, FaultKind> | undefined;
  /** By operation: the kinds that can happen to it, with the sum of the rates so far. */
  readonly #wheels = new Map<string, readonly (readonly [number, CallFault])[]>();
  readonly #records: boolean;
  #quiet = false;

  constructor(seed: number, choice: FaultChoice, records = false) {
    this.#seed = seed;
    this.#records = records;
    this.#rates = "rates" in choice ? choice.rates : {};
    this.#only = "only" in choice ? new Map(choice.only.map(({ identity, kind }) => [identity, kind])) : undefined;
  }

  /** From here on all goes well. */
  endFaults(): void {
    this.#quiet = true;
  }

  /** @param hash Of the identity. */
  call(operation: string, identity: string, hash: number): CallFault | undefined {
    if (this.#quiet) return undefined;
    if (this.#records) this.calls.push({ operation, identity });
    const kind =
      this.#only === undefined ? this.#spin(operation, hash) : (this.#only.get(identity) as CallFault | undefined);
    if (kind !== undefined) this.injected.push({ identity, kind });
    return kind;
  }

  /** Does this event of the world take place? `rate`: how often, when its kind is on at all. */
  event(kind: WorldFault, identity: string, rate = 1): boolean {
    if (this.#quiet) return false;
    const name = `${kind}|${identity}`;
    const chosen =
      this.#only === undefined
        ? new Draws(this.#seed, name).chance((this.#rates[kind] ?? 0) * rate)
        : this.#only.has(name);
    if (chosen) this.injected.push({ identity: name, kind });
    return chosen;
  }

  #spin(operation: string, hash: number): CallFault | undefined {
    const wheel = this.#wheel(operation);
    const total = wheel.at(-1)?.[0] ?? 0;
    if (total === 0) return undefined;
    const at = hash / 2 ** 32;
    return at >= total ? undefined : wheel.find(([end]) => at < end)?.[1];
  }

  #wheel(operation: string): readonly (readonly [number, CallFault])[] {
    const known = this.#wheels.get(operation);
    if (known !== undefined) return known;
    let end = 0;
    const wheel = faultsOf(operation)
      .filter((kind) => (this.#rates[kind] ?? 0) > 0)
      .map((kind): readonly [number, CallFault] => [(end += this.#rates[kind] ?? 0), kind]);
    this.#wheels.set(operation, wheel);
    return wheel;
  }
}

/** Crashes cost a scheduler's lease each, so there are fewer of them; reads are few, so more of them have faults. */
const FACTORS: FaultRates = {
  "crash before": 0.25,
  "crash after": 0.25,
  frozen: 0.25,
  "executor killed": 0.5,
  "empty read": 10,
  "short read": 10,
  "iterator expired": 5,
};

/**
 * Swarm testing: each seed has some of the faults, at rates of its own, because a run with a little of everything never gets
 * into the corners that a run with much of one thing reaches.
 */
export function swarm(seed: number, kinds: readonly FaultKind[] = FAULT_KINDS): FaultRates {
  const draws = new Draws(seed, "swarm");
  const rates: Partial<Record<FaultKind, number>> = {};
  for (const kind of kinds) {
    const isOn = draws.chance(0.4);
    const rate = kind in RATES_OF_EVENTS ? draws.magnitude(0.05, 0.6) : draws.magnitude(0.001, 0.03);
    if (isOn) rates[kind] = rate * (FACTORS[kind] ?? 1);
  }
  return rates;
}

const RATES_OF_EVENTS: Readonly<Record<WorldFault, true>> = {
  "extra tick": true,
  "scheduler killed": true,
  "shard split": true,
  "shards merged": true,
  "lying lease": true,
  "skewed clock": true,
  "slow process": true,
  "operator stops": true,
  upgrade: true,
  rollback: true,
};
