import type { ExecutorPorts } from "../ports/index.js";
import type { StateCache } from "../state/index.js";
import type { StreamGraph } from "../streaming/index.js";
import type { Prepared } from "./prepared.js";

/** What an executor is made of. */
export interface ExecutorEnvironment {
  readonly ports: ExecutorPorts;
  /** The program's graph, as this process built it. */
  readonly graph: StreamGraph;
  /** Version of the program that the graph was built from. */
  readonly codeVersion: string;
  /** Warm state. */
  readonly state: StateCache;
  /** Lineages at hand, by {@link lineageKey}: rebuilt ones, and in the driver's own process the driver's. */
  readonly prepared: PreparedCache;
  /** Results up to this size travel in the reply, larger ones through the block store. */
  readonly inlineBytes: number;
  /** Memory for what leaves the executor. */
  readonly allocate: (bytes: number) => Uint8Array;
}

/** Most lineages kept: the batch that runs, the outputs of the one before, and actions on the way. */
const MAX_PREPARED = 16;

/** Lineages by name; the oldest make room. */
export class PreparedCache {
  readonly #lineages = new Map<string, Promise<Prepared>>();

  get(key: string, make: () => Promise<Prepared>): Promise<Prepared> {
    const existing = this.#lineages.get(key);
    if (existing !== undefined) return existing;
    const made = make();
    this.set(key, made);
    made.catch(() => this.#lineages.delete(key));
    return made;
  }

  set(key: string, prepared: Promise<Prepared>): void {
    this.#lineages.delete(key);
    this.#lineages.set(key, prepared);
    if (this.#lineages.size <= MAX_PREPARED) return;
    for (const oldest of this.#lineages.keys()) {
      this.#lineages.delete(oldest);
      break;
    }
  }
}
