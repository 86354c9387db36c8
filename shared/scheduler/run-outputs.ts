/** Output operations of a committed batch: from immutable data only, in definition order, until they are done. */
import type { Manifest } from "../checkpoint/index.js";
import { OutputFailedError, SluiceError } from "../errors/index.js";
import type { Clock, Console, FileSystem, Ids } from "../ports/index.js";
import { byteLength, type PartitionSource } from "../rdd/index.js";
import type { BatchFacts, OutputNode, StreamGraph } from "../streaming/index.js";
import { type BodyEnvironment, loadRef, runForeachBody } from "./body-runner.js";
import { MAX_EQUAL_FAILURES } from "./task-runner.js";

export interface OutputEnvironment extends BodyEnvironment {
  readonly graph: StreamGraph;
  readonly files: FileSystem;
  readonly console: Console;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly defaultPartitions: number;
}

/** First and longest pause before an output is tried again, milliseconds. */
const RETRY_PAUSE = { first: 100, longest: 10_000 } as const;

/** @throws {OutputFailedError} when an operation fails the same way three times; those after it have not run then. */
export async function runOutputs(
  environment: OutputEnvironment,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> {
  for (const output of environment.graph.outputs) {
    if (manifest.outputs[output.uid] !== undefined) await untilDone(environment, manifest, output, signal);
  }
}

async function untilDone(
  environment: OutputEnvironment,
  manifest: Manifest,
  output: OutputNode,
  signal: AbortSignal,
): Promise<void> {
  let equal = 0;
  let last = "";
  for (let attempt = 1; ; attempt++) {
    try {
      await runOutput(environment, manifest, output);
      return;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      equal = message === last ? equal + 1 : 1;
      last = message;
      const hopeless = error instanceof SluiceError && error.retry === "never";
      if (equal >= MAX_EQUAL_FAILURES || hopeless) throw outputFailed(manifest, output, error);
      environment.console.log(
        "warn",
        `${output.uid} failed at batch ${manifest.time} ms and is tried again: ${message}`,
      );
      await environment.clock.sleep(Math.min(RETRY_PAUSE.first * 2 ** (attempt - 1), RETRY_PAUSE.longest), signal);
      if (signal.aborted) throw outputFailed(manifest, output, error);
    }
  }
}

async function runOutput(environment: OutputEnvironment, manifest: Manifest, output: OutputNode): Promise<void> {
  const refs = manifest.outputs[output.uid] ?? [];
  const token = `${environment.job}/${manifest.time}/${output.uid}`;
  const partitions = refs.map((ref) => ({
    load: async () => (ref === undefined ? undefined : loadRef(environment.blocks, ref)),
  }));
  await output.operation.run(
    { time: manifest.time, token, partitions },
    {
      files: environment.files,
      print: (text) => environment.console.print(text),
      runBody: (body) => {
        const sources = refs.map(
          (ref): PartitionSource => (ref === undefined ? { type: "values", values: [] } : { type: "column", ref }),
        );
        const facts: BatchFacts = {
          time: manifest.time,
          zeroTime: manifest.zeroTime,
          inputs: {},
          statePartitions: {},
          defaultPartitions: environment.defaultPartitions,
        };
        const bytes = refs.reduce((sum, ref) => sum + (ref === undefined ? 0 : byteLength(ref)), 0);
        const attempt = environment.ids.next();
        return runForeachBody(environment, { uid: output.uid, attempt, facts, sources, bytes, token }, body);
      },
    },
  );
}

function outputFailed(manifest: Manifest, output: OutputNode, cause: unknown): OutputFailedError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new OutputFailedError(
    `Output operation ${output.uid} failed at batch ${manifest.time} ms: ${message} The batch is committed and its state safe; the output is owed and will be sent when the application is started again.`,
    { operator: output.uid, batchTime: manifest.time },
    cause,
  );
}
