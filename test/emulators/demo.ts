/** The word count deployed, fed and read back: what `npm run emulator -- --demo` shows. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deploy } from "../aws/deployment.js";
import { countsOf, sameCounts, savedCounts } from "../aws/word-counts.js";
import { eventually } from "../support/eventually.js";
import type { EmulatedStack } from "./stack.js";

const APP = "examples/deployed-word-count.ts";
const TEXT = fileURLToPath(new URL("../../examples/data/alice.txt", import.meta.url));

/** How long counts may take to be right, milliseconds: one tick, some cold starts, two batches. */
const PATIENCE_MILLIS = 60_000;

/** How many of the most frequent words are shown. */
const SHOWN = 5;

/** @returns the exit code: 0 when state and files both have the right counts. */
export async function demonstrate(stack: EmulatedStack): Promise<number> {
  // The SDK and the CDK's command line find the emulators by these.
  Object.assign(process.env, stack.env);
  say(`all services at ${stack.endpoint}`);
  say(`npx cdk deploy -c app=${APP}`);
  const deployment = await deploy(stack, { app: APP, shards: 2 });
  try {
    const lines = readFileSync(TEXT, "utf8").trim().split("\n");
    const expected = countsOf(lines.join(" ").split(/\s+/));
    say(`putting ${lines.length} lines into the Kinesis stream ${deployment.streams.lines}`);
    await deployment.put(
      "lines",
      lines.map((line, i) => [String(i), line]),
    );
    const state = await eventually("right counts in the state", PATIENCE_MILLIS, async () => {
      const counts = await deployment.state<number>("totals");
      return sameCounts(counts, expected) && counts;
    });
    const saved = await eventually("right counts in the files", PATIENCE_MILLIS, async () => {
      const counts = savedCounts(await deployment.savedLines("words"));
      return sameCounts(counts, expected) && counts;
    });
    const manifest = await deployment.manifest();
    say(
      `batches committed: ${manifest?.batches}; words: ${expected.size}, all with the right count in DynamoDB and in S3`,
    );
    console.log(table(expected, state, saved));
    for (const { pid, functionName, invocations } of stack.lambda.environments()) {
      say(`process ${pid} is ${functionName} (invocations: ${invocations})`);
    }
    return 0;
  } finally {
    deployment.close();
  }
}

function table(...[expected, state, saved]: readonly ReadonlyMap<string, number>[]): string {
  const words = [...(expected ?? [])].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
  const rows = words.map(([word]) => [word, ...[state, saved, expected].map((counts) => String(counts?.get(word)))]);
  const all = [["word", "state (DynamoDB)", "files (S3)", "counted here"], ...rows];
  return all
    .map((row) =>
      row
        .map((cell) => cell.padEnd(18))
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

function say(text: string): void {
  console.error(`demo: ${text}`);
}
