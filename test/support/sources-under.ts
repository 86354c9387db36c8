import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Paths of all TypeScript files under a folder. */
export function sourcesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}
