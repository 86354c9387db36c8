import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { builtFile } from "../shared/local/package-root.js";
import { consoleCommand } from "./commands/console.js";
import { deployCommand } from "./commands/deploy.js";
import { destroyCommand } from "./commands/destroy.js";
import { explainCommand } from "./commands/explain.js";
import { monitorCommand } from "./commands/monitor.js";
import { putCommand } from "./commands/put.js";
import { receiveCommand } from "./commands/receive.js";
import { replayCommand } from "./commands/replay.js";
import { runCommand } from "./commands/run.js";
import { startCommand } from "./commands/start.js";
import { statusCommand } from "./commands/status.js";
import { stopCommand } from "./commands/stop.js";
import { synthCommand } from "./commands/synth.js";
import { EXIT_USAGE } from "./exit-codes.js";
import { reportError } from "./report-error.js";

const AFTER_HELP = `
Examples:
  sluice run examples/word-count.ts --master 'local[2]' --checkpoint .sluice/word-count
  sluice explain examples/word-count.ts
  sluice deploy examples/kinesis-word-count.ts
  sluice put lines examples/data/alice.txt
  sluice status

Exit codes:
  0    ended as asked: after --batches, or by Ctrl-C or SIGTERM once what was received had been processed
  1    a batch or an output operation failed, or the checkpoint cannot be used; a deployed application stands still, or
       what was asked of it could not be done
  2    the command line or the program is not right; nothing was run
  130  stopped at once by a second Ctrl-C (143: by a second SIGTERM)

"sluice help <command>" tells all about a command.`;

/** Runs a command line (without the program's name) and returns its exit code. */
export async function sluice(args: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(args, { from: "user" });
    // A command that has told everything may still have to say no.
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportError(error);
    // Commander has printed what there is to say: the help that was asked for, or what is wrong.
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
}

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("../package.json", builtFile("index.js")), "utf8")).version;
}

function program(): Command {
  const root = new Command("sluice")
    .description("Spark Streaming's model in TypeScript: runs programs of DStreams, exactly once, batch by batch.")
    .usage("<command> [options]")
    .version(packageVersion(), "-V, --version", "print the version")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", AFTER_HELP);
  const commands = [
    runCommand(),
    explainCommand(),
    monitorCommand(),
    consoleCommand(),
    replayCommand(),
    deployCommand(),
    putCommand(),
    receiveCommand(),
    statusCommand(),
    stopCommand(),
    startCommand(),
    destroyCommand(),
    synthCommand(),
  ];
  for (const command of commands) root.addCommand(command);
  for (const command of [root, ...commands]) {
    const about = command === root ? "sluice --help" : `sluice help ${command.name()}`;
    command
      .exitOverride()
      .helpOption("-h, --help", "print this help")
      .showHelpAfterError(`${about} lists what there is.`)
      .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "sluice: ")) });
  }
  return root;
}
