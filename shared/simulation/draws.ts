/**
 * Chance that can be repeated: a draw depends on the seed and on what is drawn for, never on what was drawn before. So
 * taking one fault out of a run does not shuffle the others.
 */

/** 32 bits that look random and depend on nothing but the arguments. (FNV-1a, finished by Murmur3's mixer.) */
export function hashOf(seed: number, identity: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < identity.length; i++) hash = Math.imul(hash ^ identity.charCodeAt(i), 0x01000193);
  return mix(hash);
}

function mix(bits: number): number {
  let hash = bits;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A sequence of draws for one thing. */
export class Draws {
  #state: number;

  constructor(seed: number, identity: string) {
    this.#state = hashOf(seed, identity);
  }

  /** The draws for what has this hash. */
  static of(hash: number): Draws {
    const draws = new Draws(0, "");
    draws.#state = hash;
    return draws;
  }

  /** At least 0, less than 1. */
  unit(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }

  /** A whole number, at least 0 and less than `n`. */
  below(n: number): number {
    return Math.floor(this.unit() * n);
  }

  /** A whole number between two, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Between two, small ones as often as large ones: as many below 10 as from there to 100. */
  magnitude(least: number, most: number): number {
    return least * (most / least) ** this.unit();
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}
