import { Command } from "commander";
import { BatchFailedError, IllegalArgumentError } from "../../shared/errors/index.js";
import { loadProgram, openReadOnly } from "../../shared/local/index.js";
import { LocalFileSystem } from "../../shared/local/local-file-system.js";
import { replayBatch } from "../../shared/monitor/index.js";
import type { ExecutorPorts } from "../../shared/ports/index.js";
import { StreamingContext } from "../../shared/streaming/index.js";
import { RandomIds, SystemClock } from "../../shared/system/index.js";
import { parseCount } from "../arguments.js";
import { formatReplay } from "../console/format-replay.js";
import { type TargetOptions, withApplication, withTarget } from "../deployed/target.js";
import { say } from "../say.js";

interface ReplayOptions extends TargetOptions {
  readonly batch: number;
  readonly checkpoint?: string;
  readonly show: number;
}

const AFTER_HELP = `
Runs the batch by the code that ran it: from its plan, the blocks it read, and the state of the batch before. What it
writes stays in memory. Outputs are shown instead of sent; bodies of foreachRDD are not run, because they may reach the
world. The application may go on meanwhile. Batches can be run again as long as they are retained (retainBatches), and so
can the one at which the application halted.

In a debugger (a line "debugger;" in the program, then open chrome://inspect or your editor):
  node --inspect-brk "$(command -v sluice)" replay examples/word-count.ts --batch 1760000000000 --checkpoint .sluice/word-count

Examples:
  sluice replay examples/word-count.ts --batch 1760000000000 --checkpoint .sluice/word-count
  sluice replay examples/kinesis-word-count.ts --batch 1760000000000 --stack sluice-word-count`;

export function replayCommand(): Command {
  return withTarget(new Command("replay"))
    .summary("run a past batch again, changing nothing")
    .description("Runs a batch of the past on this machine and shows what it computes, or where it fails.")
    .argument("<program>", "file that default-exports streamingApp(...)")
    .requiredOption("--batch <time>", "the batch: its time in milliseconds, as the console shows it", parseCount)
    .option("--checkpoint <directory>", "checkpoint of an application on this machine (default: the deployed one)")
    .option("--show <n>", "elements to show of what foreachRDD gets", parseCount, 20)
    .addHelpText("after", AFTER_HELP)
    .action(replay);
}

async function replay(program: string, options: ReplayOptions): Promise<void> {
  const { checkpoint, stack, endpoint, application } = options;
  const isDeployed = [stack, endpoint, application, options.region].some((option) => option !== undefined);
  if (checkpoint !== undefined && isDeployed) {
    throw new IllegalArgumentError("Either --checkpoint, or where the deployed application is: not both.");
  }
  if (checkpoint !== undefined) {
    const store = openReadOnly(checkpoint);
    const { blocks, table, streams } = store;
    const ports = {
      blocks,
      table,
      streams,
      files: new LocalFileSystem(),
      clock: new SystemClock(),
      ids: new RandomIds(),
    };
    try {
      return await replayWith(ports, program, options);
    } finally {
      await store.close();
    }
  }
  await withApplication("replay", program, options, async (_session, found) => {
    const { portsOf } = await import("../console/deployed-views.js");
    const { ports, close } = portsOf(found);
    try {
      await replayWith(ports, program, options);
    } finally {
      close();
    }
  });
}

async function replayWith(ports: ExecutorPorts, program: string, { batch, show }: ReplayOptions): Promise<void> {
  const { app, bundle } = await loadProgram(program);
  const ssc = new StreamingContext(app);
  app.build(ssc);
  try {
    const { graph } = ssc;
    const replayed = await replayBatch({
      graph,
      options: app.options,
      codeVersion: bundle.version,
      ports,
      time: batch,
      show,
    });
    for (const line of formatReplay(replayed)) process.stdout.write(`${line}\n`);
  } catch (error) {
    if (error instanceof BatchFailedError) say("the batch fails as follows; nothing was changed.");
    throw error;
  }
}
