/** The CDK's command line, run on our app. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { DeploymentError } from "../../shared/errors/index.js";
import { builtFile } from "../../shared/local/package-root.js";
import { quoted } from "../shell-word.js";
import { CDK_PACKAGES, CDK_PROGRAM, findFile, requirePackages } from "./packages.js";

/**
 * Runs it, in the directory of whoever runs us; what it says goes to standard error.
 * @param context what the app is told.
 * @throws {DeploymentError} when it is not installed, and when it fails.
 */
export async function runCdk(
  command: string,
  context: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<void> {
  requirePackages(`sluice ${command}`, [...CDK_PACKAGES, CDK_PROGRAM], isThere);
  // A directory of its own: two deployments at a time would use the same.
  const output = mkdtempSync(join(tmpdir(), "sluice-cdk-"));
  try {
    const given = cdkArguments(command, appCommand(), output, context);
    const child = spawn(process.execPath, [cdkProgram() as string, ...given, ...args], { stdio: ["inherit", 2, 2] });
    const [exitCode] = await once(child, "close");
    if (exitCode === 0) return;
    throw new DeploymentError(
      `The CDK's command line ended with ${String(exitCode)}; above it says why. An account and region where it has never been used needs, once: npx cdk bootstrap`,
      { exitCode },
    );
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

export function cdkArguments(
  command: string,
  app: string,
  output: string,
  context: Readonly<Record<string, string>>,
): readonly string[] {
  const settings = Object.entries(context).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return [command, "--app", app, "--output", output, "--no-version-reporting", ...settings];
}

/** What the CDK gives to a shell: `sluice synth`, of this very package. */
function appCommand(): string {
  return [process.execPath, fileURLToPath(builtFile("cli/main.js")), "synth"].map((word) => quoted(word)).join(" ");
}

/** Where somebody would look for it who types `npx cdk`; else beside this package. */
function cdkProgram(): string | undefined {
  const places = [resolve("package.json"), builtFile("index.js")].map((place) => createRequire(place));
  const manifests = places.flatMap((from) => findFile(from, `${CDK_PROGRAM}/package.json`) ?? []);
  return manifests[0] && join(dirname(manifests[0]), "bin", "cdk");
}

function isThere(name: string): boolean {
  const places = [builtFile("cdk.js"), ...(name === CDK_PROGRAM ? [resolve("package.json")] : [])];
  return places.some((place) => findFile(createRequire(place), `${name}/package.json`) !== undefined);
}
