import type { Action } from "./action.js";

/** Count, mean and spread of numbers. Without numbers, `mean`, `variance` and `stdev` are NaN. Source: Spark's StatCounter. */
export interface Stats {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  /** Infinity without numbers. */
  readonly min: number;
  /** -Infinity without numbers. */
  readonly max: number;
  /** Of the numbers as the whole population. */
  readonly variance: number;
  readonly stdev: number;
  /** Of the numbers as a sample of a population; NaN for less than two. */
  readonly sampleVariance: number;
  readonly sampleStdev: number;
}

/** What is enough to know of some numbers to go on: `m2` is the sum of squared distances from the mean. */
interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly m2: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

const NONE: Moments = {
  count: 0,
  mean: 0,
  m2: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
};

/** Of both together, without the cancellation that a sum of squares would suffer. (Chan, Golub and LeVeque, 1979.) */
function combine(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const distance = b.mean - a.mean;
  return {
    count,
    mean: a.mean + (distance * b.count) / count,
    m2: a.m2 + b.m2 + (distance * distance * a.count * b.count) / count,
    sum: a.sum + b.sum,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  };
}

function statsOf({ count, mean, m2, sum, min, max }: Moments): Stats {
  const variance = count === 0 ? Number.NaN : m2 / count;
  const sampleVariance = count < 2 ? Number.NaN : m2 / (count - 1);
  return {
    count,
    sum,
    mean: count === 0 ? Number.NaN : mean,
    min,
    max,
    variance,
    stdev: Math.sqrt(variance),
    sampleVariance,
    sampleStdev: Math.sqrt(sampleVariance),
  };
}

/** Statistics of numbers, in one pass. */
export const stats: Action<Stats> = {
  name: "stats",
  start: () => {
    let { count, mean, m2, sum, min, max } = NONE;
    return {
      push(value) {
        const x = value as number;
        const distance = x - mean;
        count += 1;
        mean += distance / count;
        m2 += distance * (x - mean);
        sum += x;
        min = Math.min(min, x);
        max = Math.max(max, x);
      },
      end() {},
      result: (): Moments => ({ count, mean, m2, sum, min, max }),
    };
  },
  merge: (partials) => statsOf((partials as Moments[]).reduce(combine, NONE)),
};
