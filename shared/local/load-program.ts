import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, Plugin } from "esbuild";
import { IllegalArgumentError } from "../errors/index.js";
import { isStreamingApp, type ProgramBundle, type StreamingApp } from "../streaming/index.js";
import type { Duration } from "../time/index.js";
import { builtFile } from "./package-root.js";

/** A program and the bundle it was loaded from: what workers load too. */
export interface LoadedProgram {
  readonly app: StreamingApp;
  readonly bundle: ProgramBundle;
}

/**
 * Bundles a program's file once, with everything it imports but `sluice` itself, and loads the bundle. The bundle's hash
 * is the code version.
 *
 * @param options.batchDuration the interval of the batches instead of the program's.
 * @throws {IllegalArgumentError} when there is no such file, it does not build (with the place), or its default export
 * is not a streaming application.
 */
export async function loadProgram(
  file: string,
  options: { readonly batchDuration?: Duration } = {},
): Promise<LoadedProgram> {
  const bundle = { ...(await bundleProgram(file)), batchDuration: options.batchDuration?.milliseconds };
  return { app: await importApp(bundle), bundle };
}

/** The default export of a bundle. @throws {IllegalArgumentError} when it is not a streaming application. */
export async function importApp({ path, file, batchDuration }: Omit<ProgramBundle, "version">): Promise<StreamingApp> {
  const { default: app } = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
  if (isStreamingApp(app)) {
    return batchDuration === undefined ? app : { ...app, options: { ...app.options, batchDuration } };
  }
  throw new IllegalArgumentError(
    `${file} does not default-export a streaming application: end it with "export default streamingApp(name, options, build)".`,
    { file },
  );
}

async function bundleProgram(file: string): Promise<Omit<ProgramBundle, "batchDuration">> {
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new IllegalArgumentError(
      `There is no file ${file}: give the path of a program that default-exports streamingApp(...).`,
      { file },
    );
  }
  const { build } = await import("esbuild");
  let code: string;
  try {
    const { outputFiles } = await build({
      entryPoints: [resolve(file)],
      // Paths in the code must not depend on the working directory, those in the source map start at the bundle's place.
      absWorkingDir: dirname(resolve(file)),
      outfile: join(cacheDirectory(dirname(resolve(file))), "bundle.mjs"),
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      sourcemap: "inline",
      sourcesContent: false,
      write: false,
      logLevel: "silent",
      // Bundled CommonJS packages may call require for Node's own modules.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
      },
      plugins: [sluiceExternal],
    });
    code = outputFiles[0]?.text ?? "";
  } catch (error) {
    throw new IllegalArgumentError(`${file} does not build:\n${await describeBuildFailure(error)}`, { file });
  }
  // The version must not depend on where this package lies, nor on the source map's paths.
  const portable = code.replace(/\/\/# sourceMappingURL=.*\s*$/, "").replaceAll(builtFile("").href, "sluice/");
  const version = createHash("sha256").update(portable).digest("hex").slice(0, 16);
  return { path: writeBundle(file, version, code), version, file };
}

/** Program, driver and workers must share one instance of every class of this package. */
const sluiceExternal: Plugin = {
  name: "sluice-external",
  setup(build) {
    build.onResolve({ filter: /^sluice(\/testing)?$/ }, ({ path }) => ({
      path: builtFile(path === "sluice" ? "index.js" : "testing.js").href,
      external: true,
    }));
  },
};

/** Beside the program's dependencies, so that what is not bundled (native modules) is still found. */
function writeBundle(file: string, version: string, code: string): string {
  const directory = cacheDirectory(dirname(resolve(file)));
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${version}-${createHash("sha256").update(code).digest("hex").slice(0, 8)}.mjs`);
  if (existsSync(path)) return path;
  // Whole or not at all: another process may load it at the same time.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, code);
  renameSync(draft, path);
  return path;
}

function cacheDirectory(from: string): string {
  for (let directory = from; ; directory = dirname(directory)) {
    if (existsSync(join(directory, "node_modules"))) return join(directory, "node_modules", ".cache", "sluice");
    if (directory === dirname(directory)) return join(tmpdir(), "sluice-bundles");
  }
}

async function describeBuildFailure(error: unknown): Promise<string> {
  const { formatMessages } = await import("esbuild");
  const { errors } = error as Partial<BuildFailure>;
  if (errors === undefined) return String(error);
  return (await formatMessages(errors, { kind: "error", color: false })).join("");
}
