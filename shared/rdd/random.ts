import { hashKey } from "../codec/index.js";

/**
 * A stream of numbers from 0 (included) to 1 (excluded) that depends on nothing but the seed, which may be any key. Good
 * enough to sample with, not for secrets. (The generator is mulberry32.)
 */
export function randomFrom(seed: unknown): () => number {
  let state = hashKey(seed) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often something happens that happens `mean` times on average. (Knuth's method, in steps that cannot underflow.) */
export function poisson(mean: number, random: () => number): number {
  const STEP = 500;
  let left = mean;
  let product = 1;
  for (let k = 0; ; k++) {
    product *= random();
    while (product < 1 && left > 0) {
      const step = Math.min(left, STEP);
      product *= Math.exp(step);
      left -= step;
    }
    if (product <= 1) return k;
  }
}
