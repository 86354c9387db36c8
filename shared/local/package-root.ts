import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Directory of Sluice's own package.json, from wherever in it this code was loaded. */
function packageRoot(): string {
  for (let directory = dirname(fileURLToPath(import.meta.url)); ; directory = dirname(directory)) {
    const manifest = join(directory, "package.json");
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, "utf8")).name === "sluice") return directory;
    if (directory === dirname(directory))
      throw new Error("the sluice package is not complete: its package.json is missing");
  }
}

/** A built file of this package. */
export function builtFile(name: string): URL {
  return pathToFileURL(join(packageRoot(), "dist", name));
}
