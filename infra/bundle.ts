/** Makes of a program's file what its Lambda functions run. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildFailure, buildSync, formatMessagesSync, type OutputFile } from "esbuild";
import { IllegalArgumentError } from "../shared/errors/index.js";
import { builtFile } from "../shared/local/package-root.js";

/** A program ready to be uploaded. */
export interface Bundle {
  /** Contains `index.mjs`, its chunks, their source maps, and the code version. */
  readonly directory: string;
  /** Hash of the code: the same program gives the same version, wherever it is bundled. */
  readonly codeVersion: string;
  /** Size of the code, bytes, without source maps. */
  readonly bytes: number;
}

/** Packages that are never bundled: local mode's database is native code, and its bundler; neither is loaded on AWS. */
const NEVER_LOADED = ["lmdb", "esbuild"];

/**
 * Bundles a program with both handlers: `index.scheduler` and `index.executor`. The SDK is in it, so that the code version says
 * everything that will run. Local mode becomes a chunk that nothing loads.
 *
 * Synchronous, as constructs are.
 *
 * @throws {IllegalArgumentError} when there is no such file, or it does not build (with the place).
 * @example
 * const { directory } = bundleProgram("examples/word-count.ts");
 * new lambda.Function(this, "Executor", { code: lambda.Code.fromAsset(directory), handler: "index.executor", ...rest });
 */
export function bundleProgram(entry: string): Bundle {
  const file = resolve(entry);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new IllegalArgumentError(
      `There is no file ${entry}: give the path of a program that default-exports streamingApp(...).`,
      { file: entry },
    );
  }
  const files = build(entry, file);
  const code = files.filter(({ path }) => path.endsWith(".mjs"));
  const codeVersion = versionOf(code);
  const bytes = code.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  return { directory: place(files, dirname(file), codeVersion), codeVersion, bytes };
}

/** Where esbuild believes it writes: a fixed place, because paths go into names and maps. */
const OUT = "/sluice-bundle";

function build(entry: string, file: string): readonly OutputFile[] {
  try {
    return buildSync({
      stdin: { contents: stubOf(file), resolveDir: dirname(file), sourcefile: "sluice-functions.mjs" },
      absWorkingDir: dirname(file),
      outdir: OUT,
      entryNames: "index",
      chunkNames: "chunks/[name]-[hash]",
      outExtension: { ".js": ".mjs" },
      alias: doors(),
      external: NEVER_LOADED,
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      // The SDK's modules as they were written: unused operations fall away, which those of CommonJS do not.
      mainFields: ["module", "main"],
      target: "node20",
      minify: true,
      // Names of classes and functions are in plans, messages and codecs.
      keepNames: true,
      sourcemap: "linked",
      sourcesContent: false,
      legalComments: "none",
      // Bundled CommonJS packages may call require for Node's own modules.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
      },
      write: false,
      logLevel: "silent",
    }).outputFiles;
  } catch (error) {
    throw new IllegalArgumentError(`${entry} does not build:\n${describeFailure(error)}`, { file: entry });
  }
}

function stubOf(file: string): string {
  return `import app from ${JSON.stringify(`./${basename(file)}`)};
import { executorHandler, schedulerHandler } from "sluice/functions";
export const scheduler = schedulerHandler(app, import.meta.url);
export const executor = executorHandler(app);
`;
}

/** Program and handlers must share one instance of every class of this package. */
function doors(): Record<string, string> {
  const door = (name: string): string => fileURLToPath(builtFile(name));
  return {
    "sluice/functions": door("functions.js"),
    "sluice/testing": door("testing.js"),
    sluice: door("index.js"),
  };
}

/** Names of chunks depend on the paths of sources, so they are left out of it; the chunks themselves are all in it. */
function versionOf(code: readonly OutputFile[]): string {
  const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
  const hashes = code.map(({ text }) => hashOf(text.replaceAll(/-[A-Z0-9]{8}\.mjs\b/g, ".mjs"))).sort();
  return hashOf(hashes.join()).slice(0, 16);
}

/** Beside the program's dependencies, under the name of its version: whole or not at all, others may bundle at the same time. */
function place(files: readonly OutputFile[], from: string, codeVersion: string): string {
  const parent = cacheDirectory(from);
  const directory = join(parent, codeVersion);
  if (existsSync(directory)) return directory;
  mkdirSync(parent, { recursive: true });
  const draft = join(parent, `.draft-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  for (const { path, contents } of files) {
    const to = join(draft, nameOf(path));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, contents);
  }
  writeFileSync(join(draft, "code-version"), codeVersion);
  try {
    renameSync(draft, directory);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
  return directory;
}

/** Of an output file within the bundle. On Windows esbuild's paths begin with a drive. */
function nameOf(path: string): string {
  return path.replaceAll("\\", "/").replace(/^.*?\/sluice-bundle\//, "");
}

function cacheDirectory(from: string): string {
  for (let directory = from; ; directory = dirname(directory)) {
    if (existsSync(join(directory, "node_modules"))) return join(directory, "node_modules", ".cache", "sluice", "aws");
    if (directory === dirname(directory)) return join(tmpdir(), "sluice-bundles", "aws");
  }
}

function describeFailure(error: unknown): string {
  const { errors } = error as Partial<BuildFailure>;
  return errors === undefined ? String(error) : formatMessagesSync(errors, { kind: "error", color: false }).join("");
}
