/** Cases about the life of a streaming context, which no list of batches can tell: one runner for each operation. */
import { mkdtemp, open, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { milliseconds, type StreamingApp, StreamingContext, streamingApp } from "../../shared/index.js";
import { until } from "../support/eventually.js";
import type { Case, ExpectedError } from "./case.js";
import { compile } from "./compile.js";
import { expectError, failureOf } from "./expected-error.js";
import type { Context, Stream } from "./untyped-api.js";

type Runner = (row: Case, error: ExpectedError, directory: string) => Promise<void>;

const RUNNERS: Readonly<Record<string, Runner>> = {
  start: startAfterStop,
  "addInput|map|foreachRDD": addAfterStart,
  getOrCreate: readDamagedCheckpoint,
  fromCheckpoint: recoverFromNothing,
  awaitTermination: awaitFailingTask,
};

/** Is the row about the context's life? */
export function isContextCase({ op }: Case): boolean {
  return op in RUNNERS;
}

/** @throws what Jest's expectations throw when Sluice and the row differ */
export async function runContextCase(row: Case): Promise<void> {
  const runner = RUNNERS[row.op];
  if (!runner || !row.expectedError) throw new Error(`Case ${row.id} has no runner, or expects no error.`);
  const directory = await mkdtemp(join(tmpdir(), "sluice-conformance-"));
  try {
    await runner(row, row.expectedError, directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function startAfterStop(row: Case, error: ExpectedError, directory: string): Promise<void> {
  const { ssc } = await create(row, directory);
  expect(ssc.getState()).toBe("INITIALIZED");
  await ssc.start();
  const started = ssc.getState();
  await ssc.stop();
  expect([started, ssc.getState()]).toEqual(["ACTIVE", "STOPPED"]);

  expectError(await failureOf(() => ssc.start()), error);
  expect(ssc.getState()).toBe("STOPPED");
}

async function addAfterStart(row: Case, error: ExpectedError, directory: string): Promise<void> {
  const { ssc, graph, input } = await create(row, directory);
  await ssc.start();
  try {
    expectError(await failureOf(() => graph.queueStream([[1]])), error);
    expectError(await failureOf(() => input.map((x) => x)), error);
    expectError(await failureOf(() => input.foreachRDD(() => {})), error);
    expect(ssc.getState()).toBe("ACTIVE");
  } finally {
    await ssc.stop();
  }
}

/** A directory that holds a checkpoint, none of whose files says anything sensible any more. */
async function readDamagedCheckpoint(row: Case, error: ExpectedError, directory: string): Promise<void> {
  let batches = 0;
  const { ssc } = await create(row, directory, (input) => {
    input.foreachRDD(() => {
      batches += 1;
    });
  });
  await ssc.start();
  try {
    await until(() => batches >= 2, 10 * row.batchDurationMs);
  } finally {
    await ssc.stop();
  }
  await damageFiles(directory);

  expectError(await failureOf(() => create(row, directory)), error);

  const { ssc: fresh } = await create(row, directory, ignoreBatches, { createOnError: true });
  expect(fresh.getState()).toBe("INITIALIZED");
  await fresh.stop();
}

/** There must be a checkpoint, and there is not even a directory; asking for it does not make one. */
async function recoverFromNothing(row: Case, error: ExpectedError, directory: string): Promise<void> {
  const checkpointDirectory = join(directory, "no-such-directory");
  const { app } = appOf(row, ignoreBatches);
  const recover = () => StreamingContext.fromCheckpoint(app, { master: "local", checkpointDirectory });
  expectError(await failureOf(recover), error);
  expect(await readdir(directory)).toEqual([]);
}

async function awaitFailingTask(row: Case, error: ExpectedError, directory: string): Promise<void> {
  const [step] = row.pipeline;
  const { ssc } = await create(row, directory, (input) =>
    input.map(compile(step?.fn)).foreachRDD(async (rdd) => {
      await rdd.collect();
    }),
  );
  await ssc.start();
  try {
    expectError(await failureOf(() => ssc.awaitTermination()), error);
  } finally {
    await ssc.stop();
  }
}

/** The row's input as a program, and what the program saw when it built its graph. */
interface Program {
  readonly app: StreamingApp;
  readonly built: () => { readonly graph: Context; readonly input: Stream };
}

function appOf(row: Case, build: (input: Stream) => void): Program {
  let first: ReturnType<Program["built"]> | undefined;
  const name = row.id.replaceAll(".", "-");
  const app = streamingApp(name, { batchDuration: milliseconds(row.batchDurationMs) }, (typed) => {
    const graph = typed as unknown as Context;
    const input = graph.queueStream(row.input ?? []);
    // Executors build graphs of their own; the first one is the driver's.
    first ??= { graph, input };
    build(input);
  });
  const built = () => {
    if (!first) throw new Error("The program has built no graph.");
    return first;
  };
  return { app, built };
}

/** A program needs an output operation, even one that does nothing. */
const ignoreBatches = (input: Stream): void => input.foreachRDD(() => {});

interface Created {
  readonly ssc: StreamingContext;
  readonly graph: Context;
  readonly input: Stream;
}

/** A context over the row's input, in local mode. */
async function create(
  row: Case,
  checkpointDirectory: string,
  build: (input: Stream) => void = ignoreBatches,
  options: { readonly createOnError?: boolean } = {},
): Promise<Created> {
  const { app, built } = appOf(row, build);
  const ssc = await StreamingContext.getOrCreate(app, { master: "local", checkpointDirectory, ...options });
  return { ssc, ...built() };
}

/** Overwrites every file in place. Not cut short: a file still mapped into memory must stay as long as it was. */
async function damageFiles(directory: string): Promise<void> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  expect(files).not.toEqual([]);
  for (const { parentPath, name } of files) {
    const file = await open(join(parentPath, name), "r+");
    const { size } = await file.stat();
    await file.write(Buffer.alloc(size, "garbage"), 0, size, 0);
    await file.close();
  }
}
