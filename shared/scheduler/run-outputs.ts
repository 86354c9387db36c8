/** Output operations of a committed batch: from immutable data only, in definition order, until they are done. */
import type { Manifest } from "../checkpoint/index.js";
import { OutputFailedError, SluiceError } from "../errors/index.js";
import { load, withVariables } from "../executor/index.js";
import type { Clock, Console, FileSystem, Ids } from "../ports/index.js";
import { byteLength, mergeUpdates, type PartitionSource, type Updates } from "../rdd/index.js";
import type { BatchFacts, OutputNode, StreamGraph } from "../streaming/index.js";
import { type BodyEnvironment, runForeachBody } from "./body-runner.js";
import type { StepResults } from "./steps.js";
import { MAX_EQUAL_FAILURES } from "./task-runner.js";

export interface OutputEnvironment extends BodyEnvironment {
  readonly graph: StreamGraph;
  readonly files: FileSystem;
  readonly console: Console;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly defaultPartitions: number;
  /** Is told when an operation begins and when it is done, or with an error given up. */
  readonly watch?: OutputWatch;
}

export interface OutputWatch {
  started(output: OutputNode): void;
  /** It failed with this, and is tried again. */
  retried(output: OutputNode, error: Error): void;
  completed(output: OutputNode, error: Error | undefined): void;
}

/** First and longest pause before an output is tried again, milliseconds. */
const RETRY_PAUSE = { first: 100, longest: 10_000 } as const;

/**
 * @param skip Is told of an operation that fails the same way three times, which is passed over then. Without it the
 * operations after that one do not run.
 * @returns What they added to accumulators.
 * @throws {OutputFailedError}
 */
export async function runOutputs(
  environment: OutputEnvironment,
  manifest: Manifest,
  signal: AbortSignal,
  skip?: (error: OutputFailedError) => void,
): Promise<Updates> {
  let added: Updates = {};
  for (const output of environment.graph.outputs) {
    if (manifest.outputs[output.uid] === undefined) continue;
    environment.watch?.started(output);
    try {
      const updates = await untilDone(environment, manifest, output, signal);
      environment.watch?.completed(output, undefined);
      added = mergeUpdates(environment.graph.accumulators, added, updates);
    } catch (error) {
      // One that was given up because the application stops is still owed.
      if (!signal.aborted) environment.watch?.completed(output, error as Error);
      if (skip === undefined || signal.aborted || !(error instanceof OutputFailedError)) throw error;
      skip(error);
    }
  }
  return added;
}

async function untilDone(
  environment: OutputEnvironment,
  manifest: Manifest,
  output: OutputNode,
  signal: AbortSignal,
): Promise<Updates> {
  const steps: StepResults = new Map();
  let equal = 0;
  let last = "";
  for (let attempt = 1; ; attempt++) {
    try {
      const run = (): Promise<void> => runOutput(environment, manifest, output, steps);
      return (await withVariables("body", environment.graph, environment.blocks, manifest.shared, run)).updates;
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
      environment.watch?.retried(output, error instanceof Error ? error : new Error(message));
      await environment.clock.sleep(Math.min(RETRY_PAUSE.first * 2 ** (attempt - 1), RETRY_PAUSE.longest), signal);
      if (signal.aborted) throw outputFailed(manifest, output, error);
    }
  }
}

async function runOutput(
  environment: OutputEnvironment,
  manifest: Manifest,
  output: OutputNode,
  steps: StepResults,
): Promise<void> {
  const refs = manifest.outputs[output.uid] ?? [];
  const token = `${environment.job}/${manifest.time}/${output.uid}`;
  const partitions = refs.map((ref) => ({
    load: async () => (ref === undefined ? undefined : load(environment.blocks, ref)),
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
          covers: {},
          kept: {},
          defaultPartitions: environment.defaultPartitions,
          shared: manifest.shared,
        };
        const bytes = refs.reduce((sum, ref) => sum + (ref === undefined ? 0 : byteLength(ref)), 0);
        const attempt = environment.ids.next();
        return runForeachBody(environment, { uid: output.uid, attempt, facts, sources, bytes, token, steps }, body);
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
