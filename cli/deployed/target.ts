/** Which deployed application a command is about. */
import type { Command } from "commander";
import { stackNameOf } from "../../shared/aws/stack-names.js";
import { loadProgram } from "../../shared/local/index.js";
import type { DeployedApplication, Wanted } from "./application.js";
import { requirePackages, SDK_PACKAGES } from "./packages.js";
import { goTo, type PlaceOptions, withPlace } from "./place.js";
import type { Session } from "./session.js";

export interface TargetOptions extends PlaceOptions {
  readonly stack?: string;
  readonly application?: string;
}

export const PROGRAM_ARGUMENT = [
  "[program]",
  "file of the program (default: the only application that is deployed)",
] as const;

/** Adds the options that say which application. */
export function withTarget(command: Command): Command {
  return withPlace(command)
    .option("--stack <name>", "the application's stack (default: as `sluice deploy` names it after the program)")
    .option("--application <name>", "the application in the stack, when it has several");
}

/** The names by which to look for an application, as far as the command line gives them. */
export function wantedBy({ stack, application }: TargetOptions, appName?: string): Wanted {
  return {
    ...(appName !== undefined && { stack: stackNameOf(appName), application: appName }),
    ...(stack !== undefined && { stack }),
    ...(application !== undefined && { application }),
  };
}

/** Makes this process one that can reach AWS. @throws {DeploymentError} when packages are missing. */
export function reach(command: string, options: PlaceOptions): void {
  goTo(options);
  // The SDK's advice on Node versions is for whoever chooses its version, and that is this package.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  requirePackages(`sluice ${command}`, SDK_PACKAGES);
}

/** Does something to a deployed application. The SDK is loaded only now: most commands do without. */
export async function withApplication<T>(
  command: string,
  program: string | undefined,
  options: TargetOptions,
  use: (session: Session, application: DeployedApplication) => Promise<T>,
): Promise<T> {
  const wanted = wantedBy(options, program && (await loadProgram(program)).app.name);
  reach(command, options);
  const { findApplication } = await import("./find-application.js");
  const { Session } = await import("./session.js");
  const application = await findApplication(wanted);
  const session = new Session(application);
  try {
    return await use(session, application);
  } finally {
    session.close();
  }
}
