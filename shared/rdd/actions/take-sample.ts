import { seedOf } from "../operators/index.js";
import { randomFrom } from "../random.js";
import type { Action } from "./action.js";

/** A partition's elements with the random numbers that decide who stays. */
interface Drawn {
  readonly lot: number;
  readonly value: unknown;
}

const byLot = (a: Drawn, b: Drawn): number => a.lot - b.lot;

/** Exactly `n` random elements (or all, if there are fewer), none twice: those with the smallest lots. */
function withoutReplacement(n: number, seed: number | undefined): Action<unknown[]> {
  return {
    name: "takeSample",
    start: (task, label) => {
      const random = randomFrom(seedOf(seed, task, label));
      let drawn: Drawn[] = [];
      return {
        push(value) {
          drawn.push({ lot: random(), value });
          if (drawn.length > 2 * n) drawn = drawn.sort(byLot).slice(0, n);
        },
        end() {},
        result: () => drawn.sort(byLot).slice(0, n),
      };
    },
    merge: (partials) =>
      (partials as Drawn[][])
        .flat()
        .sort(byLot)
        .slice(0, n)
        .map(({ value }) => value),
  };
}

/** What a partition offers: how many elements it has, and as many draws from them as may be needed. */
interface Offer {
  readonly count: number;
  readonly draws: readonly unknown[];
}

/** Exactly `n` independent draws; none where there is no element. */
function withReplacement(n: number, seed: number | undefined): Action<unknown[]> {
  return {
    name: "takeSample",
    start: (task, label) => {
      const random = randomFrom(seedOf(seed, task, label));
      const elements: unknown[] = [];
      return {
        push(value) {
          elements.push(value);
        },
        end() {},
        result: (): Offer => ({
          count: elements.length,
          draws:
            elements.length === 0
              ? []
              : Array.from({ length: n }, () => elements[Math.floor(random() * elements.length)]),
        }),
      };
    },
    merge: (partials) => {
      const offers = partials as Offer[];
      const total = offers.reduce((sum, { count }) => sum + count, 0);
      if (total === 0) return [];
      const random = randomFrom([seed ?? "partitions", total]);
      return Array.from({ length: n }, (_, i) => {
        let position = random() * total;
        for (const { count, draws } of offers) {
          if (position < count) return draws[i];
          position -= count;
        }
        return undefined;
      });
    },
  };
}

/** `n` random elements; equal seeds give equal samples. */
export function takeSample(replace: boolean, n: number, seed: number | undefined): Action<unknown[]> {
  return replace ? withReplacement(n, seed) : withoutReplacement(n, seed);
}
