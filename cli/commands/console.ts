import { Command } from "commander";
import { parsePort } from "../arguments.js";
import { PROGRAM_ARGUMENT, type TargetOptions, withApplication, withTarget } from "../deployed/target.js";
import { say } from "../say.js";
import { onStopSignals } from "../stop-signals.js";

interface ConsoleCommandOptions extends TargetOptions {
  readonly consolePort?: number;
}

const AFTER_HELP = `
Serves the page of \`sluice run\` for a deployed application, on this machine and for it alone: what it shows is read from
the application's checkpoint with your own AWS credentials. Nothing of the application is exposed or changed.
With the program it also shows the graph of its operators.

Examples:
  sluice console --stack sluice-word-count
  sluice console examples/word-count.ts --endpoint http://127.0.0.1:4566`;

export function consoleCommand(): Command {
  return withTarget(new Command("console"))
    .summary("look at a deployed application in the browser")
    .description("Serves the console of a deployed application on this machine.")
    .argument(...PROGRAM_ARGUMENT)
    .option("--console-port <port>", "port of the page; 0: any (default: 4040, or the next that is free)", parsePort)
    .addHelpText("after", AFTER_HELP)
    .action(console);
}

async function console(program: string | undefined, options: ConsoleCommandOptions): Promise<void> {
  const graph = program === undefined ? undefined : await graphOf(program);
  await withApplication("console", program, options, async (_session, application) => {
    const { deployedViews, portsOf } = await import("../console/deployed-views.js");
    const { replayCommandOf } = await import("../console/replay-command.js");
    const { startConsole } = await import("../console/server/index.js");
    const { ports, close } = portsOf(application);
    const replay = replayCommandOf(program ?? "<program>", application, options);
    const { views, state, follow } = deployedViews(application, ports, graph, replay);
    try {
      await views.refresh();
      const server = await startConsole({ source: views, state, port: options.consolePort });
      const stop = new AbortController();
      onStopSignals(() => stop.abort());
      say(`${application.name} in stack ${application.stack}: ${server.url} (Ctrl-C ends)`);
      await follow(stop.signal, ({ message }) => say(`cannot look at the application, trying again: ${message}`));
      await server.close();
    } finally {
      close();
    }
  });
}

async function graphOf(program: string) {
  const { loadProgram } = await import("../../shared/local/index.js");
  const { graphView } = await import("../../shared/monitor/index.js");
  const { StreamingContext } = await import("../../shared/streaming/index.js");
  const { app } = await loadProgram(program);
  const ssc = new StreamingContext(app);
  app.build(ssc);
  return graphView(ssc.graph);
}
