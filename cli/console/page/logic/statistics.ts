/** Where values lie: all by nearest rank, so that each number was really measured. */

export interface Summary {
  readonly last: number | undefined;
  readonly median: number | undefined;
  readonly p95: number | undefined;
  readonly max: number | undefined;
}

/** @param values in order of time; those that are not known are left out. */
export function summarize(values: readonly (number | undefined)[]): Summary {
  const known = values.filter((value) => value !== undefined);
  const sorted = known.toSorted((a, b) => a - b);
  return {
    last: known[known.length - 1],
    median: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    max: sorted[sorted.length - 1],
  };
}

/** @param sorted ascending. */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
