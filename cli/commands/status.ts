import { Command } from "commander";
import { isHealthy } from "../deployed/health.js";
import { PROGRAM_ARGUMENT, type TargetOptions, withApplication, withTarget } from "../deployed/target.js";
import { EXIT_FAILED } from "../exit-codes.js";

const AFTER_HELP = `
States: new, running, asleep (no records come), draining, stopping, stopped (by an operator), standing (it should run and
does not). Exit code 1 when it is standing, or when its status cannot be read; 0 otherwise.

Examples:
  sluice status
  sluice status examples/word-count.ts --region eu-west-1
  sluice status --stack sluice-word-count --json`;

export function statusCommand(): Command {
  return withTarget(new Command("status"))
    .summary("tell how a deployed application is")
    .description("Tells how a deployed application is: what it does, its newest batch, what waits for it.")
    .argument(...PROGRAM_ARGUMENT)
    .option("--json", "print it as JSON; times are epoch milliseconds")
    .addHelpText("after", AFTER_HELP)
    .action(status);
}

async function status(
  program: string | undefined,
  options: TargetOptions & { readonly json?: boolean },
): Promise<void> {
  const { formatStatus } = await import("../deployed/format-status.js");
  await withApplication("status", program, options, async (session, application) => {
    const { readStatus } = await import("../deployed/status.js");
    const status = await readStatus(session, application);
    process.stdout.write(`${options.json ? JSON.stringify(status, undefined, 2) : formatStatus(status)}\n`);
    if (!isHealthy(status.state)) process.exitCode = EXIT_FAILED;
  });
}
