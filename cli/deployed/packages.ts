/** Packages that only some commands need: they are optional, and looked for before they are used. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { DeploymentError } from "../../shared/errors/index.js";
import { builtFile } from "../../shared/local/package-root.js";

/** What reaching a deployed application takes. */
export const SDK_PACKAGES = [
  "@aws-lambda-powertools/logger",
  "@aws-sdk/client-cloudformation",
  "@aws-sdk/client-dynamodb",
  "@aws-sdk/client-kinesis",
  "@aws-sdk/client-lambda",
  "@aws-sdk/client-s3",
  "@smithy/node-http-handler",
] as const;

/** What synthesising a stack takes. */
export const CDK_PACKAGES = ["aws-cdk-lib", "constructs"] as const;

/** The CDK's command line, which is a program and no library. */
export const CDK_PROGRAM = "aws-cdk";

/** As this package sees them: whatever of it imports them is in dist/. */
const own = createRequire(builtFile("index.js"));

/** @throws {DeploymentError} naming the command that installs what is missing. */
export function requirePackages(
  what: string,
  names: readonly string[],
  isThere: (name: string) => boolean = isInstalled,
): void {
  const missing = names.filter((name) => !isThere(name));
  if (missing.length === 0) return;
  const install = `npm install ${missing.map(withRange).join(" ")}`;
  throw new DeploymentError(
    `\`${what}\` needs ${missing.length === 1 ? "a package that is" : "packages that are"} not installed: ${install}`,
    { packages: missing, install },
  );
}

function isInstalled(name: string): boolean {
  return findFile(own, `${name}/package.json`) !== undefined || findFile(own, name) !== undefined;
}

/** File of a module; `undefined` when there is none. */
export function findFile(from: NodeJS.Require, name: string): string | undefined {
  try {
    return from.resolve(name);
  } catch {
    return undefined;
  }
}

/** With the versions that this package was made for. */
function withRange(name: string): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", builtFile("index.js")), "utf8")) as Manifest;
  const range = { ...manifest.peerDependencies, ...manifest.optionalDependencies }[name];
  return range === undefined ? name : `'${name}@${range}'`;
}

interface Manifest {
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
