import { Command } from "commander";
import { loadProgram } from "../../shared/local/index.js";
import { reach, type TargetOptions, wantedBy, withTarget } from "../deployed/target.js";
import { say } from "../say.js";
import { onStopSignals } from "../stop-signals.js";

const AFTER_HELP = `
Receivers need a host that is always there, which a function is not. This runs those of the program here, and puts what they
receive into the streams of the deployed application. Run it on one host: what two receive is received twice.

Ctrl-C (or SIGTERM) stops the receivers; it ends when all that they have received is in the streams. A second one ends it
at once.

Examples:
  sluice receive examples/word-count.ts
  sluice receive src/app.ts --stack app-staging --region eu-west-1`;

export function receiveCommand(): Command {
  return withTarget(new Command("receive"))
    .summary("run the receivers of a deployed program on this host")
    .description("Runs the receivers of a deployed program on this host, until it is stopped.")
    .argument("<program>", "file that default-exports streamingApp(...)")
    .addHelpText("after", AFTER_HELP)
    .action(receive);
}

async function receive(program: string, options: TargetOptions): Promise<void> {
  const { app } = await loadProgram(program);
  reach("receive", options);
  const { runDeployedReceivers } = await import("../deployed/run-receivers.js");
  const stop = new AbortController();
  onStopSignals((signal) => {
    say(`${signal}: stopping the receivers, and putting what they have received. Once more stops it at once.`);
    stop.abort();
  });
  await runDeployedReceivers(app, wantedBy(options, app.name), stop.signal, say);
}
