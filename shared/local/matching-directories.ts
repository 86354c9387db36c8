import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { hasWildcard, segmentMatcher } from "../rules/index.js";

/** The directories that a path with `*` wildcards means, segment by segment; the path itself when it has none. */
export async function matchingDirectories(path: string): Promise<readonly string[]> {
  if (!hasWildcard(path)) return [path];
  let found: readonly string[] = [path.startsWith("/") ? "/" : "."];
  for (const segment of path.split("/").filter((part) => part !== "" && part !== ".")) {
    found = hasWildcard(segment)
      ? (await Promise.all(found.map((directory) => subdirectories(directory, segment)))).flat()
      : found.map((directory) => join(directory, segment));
  }
  return found;
}

async function subdirectories(directory: string, pattern: string): Promise<readonly string[]> {
  const matches = segmentMatcher(pattern);
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  // Links may lead to directories; a link that does not is found out when it is listed.
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && matches(entry.name))
    .map(({ name }) => join(directory, name));
}
