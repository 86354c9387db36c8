/**
 * Makes the checkout ready to run: installs packages when they are missing or older than the lock file, and bundles dist/
 * when a source is newer than the last build. Runs before `npm start` and `npm test`, so it lives on Node's built-ins alone,
 * and it takes milliseconds when there is nothing to do. All it has to say goes to standard error. With --install-only it stops
 * after the packages.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What the bundles are made of. */
const inputs = ["shared", "functions", "infra", "cli", "scripts/build.mjs", "package.json"];

/** Modification time in milliseconds; 0 when there is no such file. */
const mtime = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function run(what, command, args) {
  console.error(`sluice: ${what} ...`);
  // Standard output belongs to the program that is about to run.
  const shell = process.platform === "win32" && command === "npm";
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell });
  if (status !== 0) throw new Error(`${what}: ${error?.message ?? `exit code ${status}`}`, { cause: error });
}

/** A directory counts too: removing a file changes only its directory's time. */
function changedSince(path, time) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) return false;
  if (stats.mtimeMs > time) return true;
  return stats.isDirectory() && readdirSync(join(root, path)).some((name) => changedSince(join(path, name), time));
}

/**
 * Not `npm ci`: it refuses a lock file that lacks the builds of an optional package for other platforms, which is how npm writes
 * it where the registry does not offer them. This takes the lock file's versions too, and leaves the file alone.
 */
export function ensureInstalled() {
  const installed = mtime("node_modules/.package-lock.json");
  if (installed > 0 && installed >= mtime("package-lock.json")) return;
  run("installing packages", "npm", ["install", "--no-save", "--include=dev", "--no-audit", "--no-fund"]);
}

export function ensureBuilt() {
  const built = mtime("dist/.built");
  if (built > 0 && !inputs.some((input) => changedSince(input, built))) return;
  run("building", process.execPath, [join(root, "scripts", "build.mjs"), "--no-types"]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    ensureInstalled();
    if (!process.argv.includes("--install-only")) ensureBuilt();
  } catch (error) {
    console.error(`sluice: ${error.message}`);
    process.exitCode = 1;
  }
}
