/** Counts of words, as they should be and as the deployed word count says. */

export type Counts = ReadonlyMap<string, number>;

export function countsOf(words: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** What lines `word<tab>count` of examples/deployed-word-count.ts add up to. */
export function savedCounts(lines: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const line of lines) {
    const [word = "", count] = line.split("\t");
    counts.set(word, (counts.get(word) ?? 0) + Number(count));
  }
  return counts;
}

export function sameCounts(a: Counts, b: Counts): boolean {
  return a.size === b.size && [...a].every(([word, count]) => b.get(word) === count);
}
