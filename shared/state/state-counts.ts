/** How much a batch changed of an operator's state, or of a part of it. */
export interface StateCounts {
  /** Keys whose stored state is another one than before, or gone. */
  readonly changed: number;
  /** Those of them that are gone because they were not touched for long enough. */
  readonly timedOut: number;
}

/** Adds counts to those that there are, by operator uid. */
export function addCounts(all: Record<string, StateCounts>, some: Readonly<Record<string, StateCounts>>): void {
  for (const [uid, { changed, timedOut }] of Object.entries(some)) {
    const before = all[uid] ?? { changed: 0, timedOut: 0 };
    all[uid] = { changed: before.changed + changed, timedOut: before.timedOut + timedOut };
  }
}
