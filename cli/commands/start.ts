import { Command } from "commander";
import { type Patience, patienceMillis, withPatience } from "../deployed/patience.js";
import { PROGRAM_ARGUMENT, type TargetOptions, withApplication, withTarget } from "../deployed/target.js";
import { say } from "../say.js";

const AFTER_HELP = `
Says that the application is to run, calls a scheduler instead of waiting for the next tick, and waits until a batch has
been committed. It goes on after the batch before which it was stopped. An application that runs already is left alone.

Examples:
  sluice start
  sluice start --stack sluice-word-count --no-wait`;

export function startCommand(): Command {
  return withPatience(withTarget(new Command("start")), "2m")
    .summary("start a deployed application that was stopped")
    .description("Starts a deployed application that was stopped.")
    .argument(...PROGRAM_ARGUMENT)
    .addHelpText("after", AFTER_HELP)
    .action((program: string | undefined, options: TargetOptions & Patience) =>
      withApplication("start", program, options, async (session) => {
        const { startApplication } = await import("../deployed/start-application.js");
        await startApplication(session, patienceMillis(options), say);
      }),
    );
}
