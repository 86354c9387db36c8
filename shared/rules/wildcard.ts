/** True when a path contains a `*`. */
export function hasWildcard(path: string): boolean {
  return path.includes("*");
}

/**
 * A test for one path segment: `*` stands for any run of characters other than `/`, also none, also one that begins
 * with a dot; everything else stands for itself.
 *
 * @example
 * segmentMatcher("day=*")("day=2024-05-01"); // true
 */
export function segmentMatcher(pattern: string): (segment: string) => boolean {
  const source = pattern.split("*").map((literal) => literal.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${source.join("[^/]*")}$`, "su");
  return (segment) => expression.test(segment);
}
