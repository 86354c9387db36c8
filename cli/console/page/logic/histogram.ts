/** How often values lie where. */

export interface Histogram {
  /** Lower ends of the bins, ascending; all bins are of one width. */
  readonly from: readonly number[];
  readonly width: number;
  /** How many values lie in each. */
  readonly counts: readonly number[];
}

const ROUND_STEPS = [1, 2, 2.5, 5, 10] as const;

/**
 * Bins of a round width (1, 2, 2.5 or 5 times a power of ten) that hold all values; the last one is closed.
 * @param most so many bins at most, roughly
 */
export function histogramOf(values: readonly number[], most = 20): Histogram {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { from: [], width: 1, counts: [] };
  const [min, max] = finite.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
  const width = roundUp((max - min) / most || Math.abs(max) / most || 1);
  const first = Math.floor(min / width);
  const last = Math.max(first, Math.ceil(max / width) - 1);
  const counts = Array.from({ length: last - first + 1 }, () => 0);
  for (const value of finite) {
    const bin = Math.min(Math.max(Math.floor(value / width), first), last) - first;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from: counts.map((_, index) => (first + index) * width), width, counts };
}

function roundUp(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return power * (ROUND_STEPS.find((round) => round * power >= step * (1 - 1e-9)) ?? 10);
}
