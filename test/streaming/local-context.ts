/** Contexts that really run: on this machine, on its clock, in a directory of their own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AppOptions, milliseconds, StreamingContext, streamingApp } from "../../shared/index.js";

export interface LocalContext {
  readonly ssc: StreamingContext;
  readonly directory: string;
}

export const SHORT = milliseconds(50);

/** Runs `body` with a context over the program, not started yet; it is stopped at the end. Without a directory it gets one of its own. */
export async function withContext(
  build: (ssc: StreamingContext) => void,
  body: (context: LocalContext) => Promise<void>,
  options: Partial<AppOptions> & { readonly directory?: string } = {},
): Promise<void> {
  const { directory = await newDirectory(), ...rest } = options;
  const app = streamingApp("test", { batchDuration: SHORT, ...rest }, build);
  const ssc = await StreamingContext.getOrCreate(app, { master: "local", checkpointDirectory: directory });
  try {
    await body({ ssc, directory });
  } finally {
    await ssc.stop();
  }
}

const directories: string[] = [];

export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "sluice-context-"));
  directories.push(directory);
  return directory;
}

afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true }))));
