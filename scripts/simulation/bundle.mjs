import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export const root = fileURLToPath(new URL("../..", import.meta.url));

const folders = new Set();
const remove = (folder) => rmSync(folder, { recursive: true, force: true });
process.on("exit", () => folders.forEach(remove));

/**
 * Bundles the simulator's process from the sources as they are, or with the patches of a mutant.
 * @returns the bundle's file; it goes when this process does.
 */
export async function bundle(mutant) {
  const folder = mkdtempSync(join(root, "node_modules", ".simulate-"));
  folders.add(folder);
  const outfile = join(folder, "worker.mjs");
  const patched = new Set();
  await build({
    absWorkingDir: root,
    entryPoints: ["test/simulation/worker.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "error",
    plugins: mutant === undefined ? [] : [patching(mutant, patched)],
  });
  const missed = mutant?.patches.find(({ file }) => !patched.has(file));
  if (missed !== undefined) throw new Error(`Mutant ${mutant.name}: ${missed.file} is not part of the program.`);
  return outfile;
}

function patching(mutant, patched) {
  return {
    name: "mutant",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const file = relative(root, path).split("\\").join("/");
        const patches = mutant.patches.filter((patch) => patch.file === file);
        if (patches.length === 0) return undefined;
        patched.add(file);
        const contents = patches.reduce(
          (source, { find, replace }) => {
            if (!source.includes(find))
              throw new Error(`Mutant ${mutant.name}: ${file} does not say "${find}" any more.`);
            return source.replace(find, () => replace);
          },
          readFileSync(path, "utf8"),
        );
        return { contents, loader: "ts" };
      });
    },
  };
}
