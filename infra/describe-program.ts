import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { IllegalArgumentError } from "../shared/errors/index.js";
import { builtFile } from "../shared/local/package-root.js";
import type { ProgramDescription } from "../shared/plan/index.js";

/** Loading a program takes well under a second; one that takes a minute waits for something it must not wait for. */
const TIMEOUT_MILLIS = 60_000;

/**
 * What a program needs of a deployment: its name, interval and streams. Synthesis is synchronous and loading a module is
 * not, so this runs `sluice explain --json` and waits for it. That also keeps what the program does when it is loaded out
 * of the process that synthesises.
 *
 * @param entry the program's file.
 * @param environment what the program will find in its environment, on top of what is there now.
 * @throws {IllegalArgumentError} with what `sluice explain` said when the program cannot be loaded.
 *
 * @example
 * const { name, inputs } = describeProgram("examples/word-count.ts");
 */
export function describeProgram(entry: string, environment: Readonly<Record<string, string>> = {}): ProgramDescription {
  const program = fileURLToPath(builtFile("cli/main.js"));
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [program, "explain", "--json", entry], {
    encoding: "utf8",
    env: { ...process.env, ...environment },
    timeout: TIMEOUT_MILLIS,
  });
  if (status === 0) return JSON.parse(stdout) as ProgramDescription;
  throw new IllegalArgumentError(
    `${entry} cannot be deployed: ${error?.message ?? (stderr.trim() || `sluice explain ended with ${status}`)}`,
    { entry },
  );
}
