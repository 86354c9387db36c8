/** All batches the page knows, oldest first; replaced as news of them come. */
import type { BatchSummary } from "../../../../shared/monitor/view.js";

/** A page that is open for weeks does not grow without end. */
const KEEP = 20_000;

/** Batches with the changed ones replaced and the new ones added; a new array, so that older ones can be kept. */
export function mergeBatches(
  batches: readonly BatchSummary[],
  changed: readonly BatchSummary[],
  keep = KEEP,
): readonly BatchSummary[] {
  if (changed.length === 0) return batches;
  const merged = [...batches];
  for (const batch of changed) {
    const index = indexFrom(merged, batch.time);
    merged.splice(index, merged[index]?.time === batch.time ? 1 : 0, batch);
  }
  return merged.length > keep ? merged.slice(merged.length - keep) : merged;
}

/** Position of the first batch of this time or later. */
export function indexFrom(batches: readonly { readonly time: number }[], time: number): number {
  let [low, high] = [0, batches.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((batches[middle]?.time ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function isOver({ status }: BatchSummary): boolean {
  return status === "completed" || status === "failed";
}

/** The newest batch that is done or failed. */
export function newestEnded(batches: readonly BatchSummary[]): BatchSummary | undefined {
  return batches.findLast(isOver);
}
