/** Keeps what is needed to look into a run that was not exact: emulators forget everything when they stop. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readHead } from "../../shared/checkpoint/index.js";
import type { LambdaHost } from "../emulators/lambda-host.js";
import type { Deployment } from "./deployment.js";

/**
 * Writes files: `head.json` and `manifest.json` of the newest batch, `state.json`, `stream.txt` (what was put), `files.txt` (what
 * was saved), `story.txt` (what happened to whom), and a log a function.
 */
export async function keepEvidence(
  directory: string,
  lambda: LambdaHost,
  deployment: Deployment,
  story: readonly string[],
): Promise<void> {
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text);
  /** What cannot be had any more must not hide what went wrong. */
  const keep = async (name: string, text: () => Promise<string>) => write(name, await text().catch(String));
  write("story.txt", story.join("\n"));
  const functions = new Set(lambda.environments().map(({ functionName }) => functionName));
  for (const name of functions) write(`${name}.log`, lambda.logs(name).join("\n"));
  await keep("head.json", async () => json(await readHead(deployment.table, deployment.job)));
  await keep("manifest.json", async () => json(await deployment.manifest()));
  await keep("state.json", async () => json(Object.fromEntries(await deployment.state("seen"))));
  await keep("files.txt", async () => (await deployment.savedLines("numbers")).join("\n"));
  await keep("stream.txt", async () => (await deployment.records("numbers")).map(([, text]) => text).join("\n"));
}

function json(value: unknown): string {
  return JSON.stringify(value ?? null, undefined, 2);
}
