const LEADING_ZEROS = /^0+(?=\d)/;

/**
 * Compares two sequence numbers as numbers, whatever their length: negative, zero or positive.
 *
 * @example
 * compareSequenceNumbers("9", "10"); // negative, where "9" < "10" is false
 */
export function compareSequenceNumbers(left: string, right: string): number {
  const a = left.startsWith("0") ? left.replace(LEADING_ZEROS, "") : left;
  const b = right.startsWith("0") ? right.replace(LEADING_ZEROS, "") : right;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
