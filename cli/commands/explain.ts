import { Command } from "commander";
import { loadProgram } from "../../shared/local/index.js";
import { describeGraph, explainGraph } from "../../shared/plan/index.js";
import { StreamingContext } from "../../shared/streaming/index.js";

const AFTER_HELP = `
Prints inputs, state and output operations of the program, and how a batch of it is run: a job for each output operation,
stages (what is computed in one go, without moving data), and the shuffles between them. Receives and runs nothing.

With --json it prints what a deployment has to know instead: name, interval, inputs with their streams, state, output
operations, options.

Examples:
  sluice explain examples/word-count.ts
  sluice explain --json examples/word-count.ts`;

export function explainCommand(): Command {
  return new Command("explain")
    .summary("print how a program is run: jobs, stages, shuffles")
    .description("Prints the plan of a program.")
    .argument("<program>", "file that default-exports streamingApp(...)")
    .option("--json", "print name, interval, inputs, state, output operations and options as JSON")
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string, { json }: { readonly json?: boolean }) => {
      const { app } = await loadProgram(file);
      const ssc = new StreamingContext(app);
      app.build(ssc);
      const text = json
        ? JSON.stringify(describeGraph(ssc.graph, app.options), undefined, 2)
        : await explainGraph(ssc.graph);
      process.stdout.write(`${text}\n`);
    });
}
