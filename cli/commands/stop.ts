import { Command } from "commander";
import { type Patience, patienceMillis, withPatience } from "../deployed/patience.js";
import { PROGRAM_ARGUMENT, type TargetOptions, withApplication, withTarget } from "../deployed/target.js";
import { say } from "../say.js";

const AFTER_HELP = `
The scheduler hears of it with its next commit, so it takes up to an interval. The functions stay, and the schedule goes on
ticking; schedulers that find the application stopped leave at once. Records wait in the streams, for as long as those
keep them.

Examples:
  sluice stop --graceful
  sluice stop examples/word-count.ts --timeout 15m`;

interface StopOptions extends TargetOptions, Patience {
  readonly graceful?: boolean;
}

export function stopCommand(): Command {
  return withPatience(withTarget(new Command("stop")), "5m")
    .summary("stop a deployed application")
    .description(
      "Stops a deployed application after the batch that runs. Nothing is lost; `sluice start` goes on there.",
    )
    .argument(...PROGRAM_ARGUMENT)
    .option("--graceful", "first process what has arrived")
    .addHelpText("after", AFTER_HELP)
    .action((program: string | undefined, options: StopOptions) =>
      withApplication("stop", program, options, async (session) => {
        const { stopApplication } = await import("../deployed/stop-application.js");
        const timeoutMillis = patienceMillis(options);
        await stopApplication(session, { graceful: options.graceful === true, timeoutMillis }, say);
      }),
    );
}
