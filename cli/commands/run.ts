import { Command } from "commander";
import { type Duration, StreamingContext } from "../../shared/index.js";
import { type LoadedProgram, loadProgram } from "../../shared/local/index.js";
import { type BatchListener, tellAll } from "../../shared/streaming/index.js";
import { parseCount, parseDuration, parsePort, parseUrl } from "../arguments.js";
import { LocalConsole } from "../console/local-console.js";
import { localReplayCommand } from "../console/replay-command.js";
import { feedStdin } from "../feed-stdin.js";
import { LocalTraces } from "../local-traces.js";
import { onStopSignals } from "../stop-signals.js";

interface RunOptions {
  readonly master: string;
  readonly checkpoint?: string;
  readonly batches?: number;
  readonly batchDuration?: Duration;
  readonly stdin?: string;
  readonly quiet?: boolean;
  readonly console: boolean;
  readonly consolePort?: number;
  readonly traces?: string;
}

const AFTER_HELP = `
The program's output goes to standard output, everything else to standard error.

Ctrl-C (or SIGTERM) stops gracefully: receivers first, then what they brought is processed. A second one stops at once.
With --checkpoint nothing that was received is lost either way, nor by kill -9: the same command goes on from the last batch.

Examples:
  sluice run examples/word-count.ts --checkpoint .sluice/word-count
  sluice run examples/log-errors.ts --master 'local[2]' --batch-duration 500ms
  cat lines.txt | sluice run examples/kinesis-word-count.ts --stdin lines --checkpoint .sluice/lines --batches 3`;

export function runCommand(): Command {
  return new Command("run")
    .summary("run a program on this machine")
    .description("Runs a program on this machine, going on from its checkpoint when there is one.")
    .argument("<program>", "file that default-exports streamingApp(...), TypeScript or JavaScript")
    .option("--master <master>", "local (one executor), local[n], or local[*] (an executor a core)", "local[*]")
    .option(
      "--checkpoint <directory>",
      "where positions, state and owed outputs are kept; stateful programs need it (default: nothing is kept)",
    )
    .option("--batches <n>", "end after so many batches (default: run until stopped)", parseCount)
    .option("--batch-duration <duration>", "250ms, 1s, 1.5s, 2m (default: what the program says)", parseDuration)
    .option("--stdin <stream>", "put the lines of standard input into the local stream that kinesisStream reads")
    .option("--console-port <port>", "port of the console; 0: any (default: 4040, or the next that is free)", parsePort)
    .option("--no-console", "without the console in the browser")
    .option("--traces <url>", "send a trace of each batch to a collector of OpenTelemetry (OTLP over HTTP)", parseUrl)
    .option("-q, --quiet", "print leave out the introduction and the closing words")
    .addHelpText("after", AFTER_HELP)
    .action(run);
}

/** @throws whatever ended the application, and what is wrong with program or options. */
async function run(file: string, options: RunOptions): Promise<void> {
  const say = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`${line}\n`);
  };
  const { app, bundle } = await loadProgram(file, options);
  const tally = new Tally();
  const console = options.console ? new LocalConsole() : undefined;
  const traces = options.traces === undefined ? undefined : new LocalTraces(options.traces, { app, bundle }, say);
  const ssc = await StreamingContext.getOrCreate(
    app,
    {
      master: options.master,
      ...(options.checkpoint !== undefined && { checkpointDirectory: options.checkpoint }),
    },
    {
      bundle,
      listener: tellAll([tally, console?.listener, traces?.listener]),
      ...(console && { ports: console.ports }),
      ...(options.batches !== undefined && { maxBatches: options.batches }),
    },
  );
  let failure: unknown;
  try {
    const address = console && (await openConsole(console, ssc, { app, bundle }, options));
    await ssc.start();
    for (const line of introduction(ssc, file, options, address)) say(line);
    onStopSignals((signal) => {
      say(`sluice: ${signal}: processing what was received, then it ends. Once more stops it at once.`);
      // What goes wrong while stopping ends the application, which says so below.
      void ssc.stop({ gracefully: true });
    });
    const ended = ssc.awaitTermination();
    const fed = options.stdin === undefined ? ended : feedStdin(ssc, options.stdin);
    await Promise.race([ended, fed.then(() => ended)]);
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    await ssc.stop();
    await traces?.flush();
    await console?.close(failure);
  }
  say(`sluice: ended after ${tally}.${options.checkpoint === undefined ? "" : " The same command goes on from here."}`);
}

/**
 * Returns the console's address, or why there is none: an application must not stand still for want of a port, unless the
 * port was asked for.
 */
async function openConsole(
  console: LocalConsole,
  ssc: StreamingContext,
  { app, bundle }: LoadedProgram,
  { master, checkpoint, consolePort }: RunOptions,
): Promise<string> {
  const facts = [
    { name: "program", value: bundle.file },
    { name: "codeVersion", value: bundle.version },
    { name: "checkpoint", value: checkpoint ?? "none" },
  ];
  const replay = checkpoint === undefined ? {} : { replayCommand: localReplayCommand(bundle.file, checkpoint) };
  try {
    return await console.open({ graph: ssc.graph, options: app.options, master, facts, ...replay }, consolePort);
  } catch (error) {
    if (consolePort !== undefined) throw error;
    return `none: ${(error as Error).message}`;
  }
}

/** What is run, where, from when on, and how to stop it. */
function introduction(
  ssc: StreamingContext,
  file: string,
  options: RunOptions,
  address: string | undefined,
): readonly string[] {
  return [
    `sluice: running ${ssc.appName} (${file})`,
    `  master      ${options.master}, a batch every ${ssc.batchDuration.prettyPrint()}`,
    `  checkpoint  ${describeCheckpoint(ssc, options.checkpoint)}`,
    ...(address === undefined ? [] : [`  console     ${address}`]),
    `  stop        ${options.batches === undefined ? "" : `by itself after ${options.batches} batches, or `}Ctrl-C`,
  ];
}

function describeCheckpoint(ssc: StreamingContext, directory: string | undefined): string {
  if (directory === undefined) return "none: begins anew each time (--checkpoint DIR keeps it)";
  const from = ssc.recoveredFrom?.milliseconds;
  return from === undefined
    ? `${directory}, new`
    : `${directory}, going on after batch ${from} ms (${new Date(from).toISOString()})`;
}

/** Counts what was done. */
class Tally implements BatchListener {
  #batches = 0;
  #records = 0;

  onBatchCommitted({ records }: { readonly records: number }): void {
    this.#batches += 1;
    this.#records += records;
  }

  toString(): string {
    return `${counted(this.#batches, "batch", "batches")} with ${counted(this.#records, "record", "records")}`;
  }
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
