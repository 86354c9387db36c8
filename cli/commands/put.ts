import { createReadStream, existsSync } from "node:fs";
import { Command } from "commander";
import { IllegalArgumentError } from "../../shared/errors/index.js";
import { chunksOfLines } from "../chunks-of-lines.js";
import { keyByField, keyByHash, type PutCounts, putLines } from "../deployed/put-lines.js";
import { reach, type TargetOptions, withTarget } from "../deployed/target.js";
import { say } from "../say.js";
import { onStopSignals } from "../stop-signals.js";

const AFTER_HELP = `
Each line becomes a record. Records with the same partition key go to the same shard and stay in their order. What the stream
refuses for a moment is put again; a record whose answer was lost may be there twice. Ctrl-C ends it after the records that
are under way.

Examples:
  sluice put lines examples/data/alice.txt
  tail -F access.log | sluice put logs --stack sluice-log-errors
  sluice put clicks clicks.jsonl --key userId
  sluice put arn:aws:kinesis:eu-west-1:123456789012:stream/clicks - < clicks.jsonl`;

interface PutOptions extends TargetOptions {
  readonly key?: string;
}

export function putCommand(): Command {
  return withTarget(new Command("put"))
    .summary("put lines as records into a stream")
    .description("Puts lines of a file or of standard input as records into a stream of a deployed application.")
    .argument("<stream>", "its name in the program, or that of any stream (name or ARN)")
    .argument("[file]", "lines to put; - is standard input", "-")
    .option(
      "--key <field>",
      "lines are JSON objects, and this field is the partition key (default: a hash of the line)",
    )
    .addHelpText("after", AFTER_HELP)
    .action(put);
}

async function put(stream: string, file: string, options: PutOptions): Promise<void> {
  if (file !== "-" && !existsSync(file)) throw new IllegalArgumentError(`There is no file ${file}.`, { file });
  reach("put", options);
  const { openStream } = await import("../deployed/open-stream.js");
  const target = await openStream(stream, options);
  const counts: PutCounts = { records: 0, bytes: 0, retried: 0 };
  const stop = new AbortController();
  const input = file === "-" ? process.stdin : createReadStream(file);
  onStopSignals(() => {
    stop.abort();
    input.destroy();
  });
  try {
    const keyOf = options.key === undefined ? keyByHash : keyByField(options.key);
    await putLines(target, target.name, chunksOfLines(input), keyOf, counts, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    target.close();
    const again = counts.retried === 0 ? "" : `; refused for a moment and put again: ${counts.retried}`;
    say(`records put into ${target.name}: ${counts.records}, bytes: ${counts.bytes}${again}`);
  }
}
