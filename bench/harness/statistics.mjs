/** Median (of an even number the upper one), smallest and largest; `null` of nothing. */
export function summary(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], min: sorted[0], max: sorted.at(-1) };
}

/** The value below which so much of them lies, as both sides of the comparison reckon it. */
export function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

export const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How many times longer (or larger) the other side was, run by run: above 1 Sluice is ahead. */
export function ratios(sluice, other) {
  return summary(sluice.flatMap((value, run) => (other[run] === undefined ? [] : [other[run] / value])));
}
