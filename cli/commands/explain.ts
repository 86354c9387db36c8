import { Command } from "commander";
import { loadProgram } from "../../shared/local/index.js";
import { explainGraph } from "../../shared/plan/index.js";
import { StreamingContext } from "../../shared/streaming/index.js";

const AFTER_HELP = `
Prints inputs, state and output operations of the program, and how a batch of it is run: a job for each output operation,
stages (what is computed in one go, without moving data), and the shuffles between them. Receives and runs nothing.

Example:
  sluice explain examples/word-count.ts`;

export function explainCommand(): Command {
  return new Command("explain")
    .summary("print how a program is run: jobs, stages, shuffles")
    .description("Prints the plan of a program.")
    .argument("<program>", "file that default-exports streamingApp(...)")
    .addHelpText("after", AFTER_HELP)
    .action(async (file: string) => {
      const { app } = await loadProgram(file);
      const ssc = new StreamingContext(app);
      app.build(ssc);
      process.stdout.write(`${await explainGraph(ssc.graph)}\n`);
    });
}
