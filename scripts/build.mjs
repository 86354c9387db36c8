/**
 * Builds dist/: bundles by esbuild, then type declarations by tsc (not with --no-types).
 *
 * The entries are built together with shared chunks, so that a class is one class whichever door it came through. Files are
 * put in place one by one, chunks before the entries that need them, and old files go last: a program that starts
 * during a build finds either the old build or the new one.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");
const types = join(dist, "types");

/** Output name → source. */
const entries = {
  index: "shared/index.ts",
  testing: "shared/testing/index.ts",
  worker: "shared/local/worker.ts",
  functions: "functions/index.ts",
  cdk: "infra/index.ts",
  "cli/main": "cli/main.ts",
};
const programs = ["cli/main.js"];

const present = (sources) =>
  Object.fromEntries(Object.entries(sources).filter(([, source]) => existsSync(join(root, source))));

/** The console's page: for browsers, with everything it needs in it, licences of others included. */
const page = { source: "cli/console/page", copied: ["index.html"], bundled: ["uplot", "@dagrejs/dagre"] };

async function bundlePage() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [`${page.source}/main.ts`, `${page.source}/page.css`],
    outdir: join(dist, "console"),
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    target: "es2023",
    write: false,
    logLevel: "warning",
  });
  const notices = page.bundled.map((name) => {
    return `${name}\n\n${readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8")}`;
  });
  const files = [
    ...outputFiles,
    ...page.copied.map((name) => ({ path: name, contents: readFileSync(join(root, page.source, name)) })),
    { path: "licenses.txt", contents: notices.join("\n\n") },
  ].map(({ path, contents }) => ({ path: join(dist, "console", basename(path)), contents }));
  for (const file of files) place(file);
  return files.map(({ path }) => path);
}

async function bundle() {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: present(entries),
    outdir: dist,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: true,
    write: false,
    logLevel: "warning",
  });
  const isChunk = ({ path }) => relative(dist, path).startsWith("chunks");
  for (const file of [...outputFiles.filter(isChunk), ...outputFiles.filter((file) => !isChunk(file))]) place(file);
  return new Set(outputFiles.map(({ path }) => path));
}

function place({ path, contents }) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, contents);
  if (programs.includes(relative(dist, path))) chmodSync(draft, 0o755);
  renameSync(draft, path);
}

/** `npx sluice` in this checkout: npm links the programs of dependencies only. */
function linkProgram() {
  const bin = join(root, "node_modules", ".bin");
  if (process.platform === "win32" || !existsSync(bin)) return;
  rmSync(join(bin, "sluice"), { force: true });
  symlinkSync(join("..", "..", "dist", "cli", "main.js"), join(bin, "sluice"));
}

function removeAllBut(kept) {
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !kept.has(path) && !path.startsWith(types)) rmSync(path, { force: true });
  }
}

/** The declarations' roots are the package's doors; tsc follows their imports. */
function declare() {
  rmSync(types, { recursive: true, force: true });
  if (!existsSync(join(root, entries.index)) && !existsSync(join(root, entries.testing))) return;
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`tsc ended with ${status}`);
}

const started = new Date();
const stamp = join(dist, ".built");
mkdirSync(dist, { recursive: true });
removeAllBut(new Set([...(await bundle()), ...(await bundlePage()), stamp]));
linkProgram();
// As of the start: a source saved during the build is newer than the build.
writeFileSync(stamp, "");
utimesSync(stamp, started, started);
if (!process.argv.includes("--no-types")) declare();
