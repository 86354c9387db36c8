import { IllegalArgumentError } from "../errors/index.js";

/** @throws {IllegalArgumentError} naming the first option that is not known, and the known one it looks like. */
export function rejectUnknown(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const like = nearest(name, known);
    throw new IllegalArgumentError(
      `${where} has no option "${name}"${like === undefined ? "" : `: did you mean "${like}"?`} It has: ${known.join(", ")}.`,
    );
  }
}

const MAX_TYPO_DISTANCE = 3;

function nearest(name: string, known: readonly string[]): string | undefined {
  const byDistance = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = byDistance[0];
  return best !== undefined && best.distance <= MAX_TYPO_DISTANCE ? best.candidate : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitute, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
