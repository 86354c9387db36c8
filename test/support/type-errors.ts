import { spawnSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const root = join(__dirname, "../..");

/** What the compiler says of these files, which lie in a folder of their own, under the project's settings; empty when all is well. */
export function typeErrorsOf(folder: string, paths: readonly string[]): string {
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { typeRoots: [join(root, "node_modules", "@types")] },
    files: paths,
    include: [],
  };
  // Packages are found from where the files are.
  const modules = join(folder, "node_modules");
  if (!existsSync(modules)) symlinkSync(join(root, "node_modules"), modules, "junction");
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder], { encoding: "utf8", cwd: folder });
  // What is wrong with the sources themselves is for the type check to say.
  return stdout
    .split("\n")
    .filter((line) => paths.some((path) => line.startsWith(basename(path))))
    .join("\n");
}
