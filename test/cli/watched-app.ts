/** An application that runs for tests, fed by them, and its console's address. */
import { join } from "node:path";
import type { AppView, BatchSummary } from "../../shared/monitor/index.js";
import { type RunningProcess, startSluice, temporaryFolder } from "./cli-process.js";

export const watchedProgram = join("test", "cli", "programs", "watched.ts");

export interface WatchedApp {
  readonly url: string;
  readonly process: RunningProcess;
  readonly checkpoint: string;
  /** Puts a line into its input. */
  put(line: string): void;
  /** What its console answers. */
  get<T>(path: string): Promise<T>;
  /** Waits until the condition holds of what the console answers. */
  until<T>(path: string, holds: (value: T) => boolean): Promise<T>;
  /** Waits until so many records have been processed, and the batch is over. */
  processed(records: number): Promise<AppView>;
}

export async function startWatched(args: readonly string[] = []): Promise<WatchedApp> {
  const checkpoint = temporaryFolder();
  const process = startSluice([
    "run",
    watchedProgram,
    ...["--master", "local", "--checkpoint", checkpoint, "--stdin", "lines", "--console-port", "0", ...args],
  ]);
  const [, url = ""] = await process.says(/console {5}(http:\/\/127\.0\.0\.1:\d+)/);
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${url}${path}`)).json()) as T;
  const until = async <T>(path: string, holds: (value: T) => boolean): Promise<T> => {
    for (;;) {
      const value = await get<T>(path);
      if (holds(value)) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return {
    url,
    process,
    checkpoint,
    put: (line) => void process.process.stdin.write(`${line}\n`),
    get,
    until,
    processed: (records) => until<AppView>("/api/v1/app", (app) => app.processedRecords >= records),
  };
}

/** Ends it in good order. */
export async function stopWatched(app: WatchedApp): Promise<void> {
  app.process.process.stdin.end();
  app.process.kill("SIGINT");
  await app.process.ended;
}

export function failedBatches(batches: readonly BatchSummary[]): readonly BatchSummary[] {
  return batches.filter(({ status }) => status === "failed");
}
