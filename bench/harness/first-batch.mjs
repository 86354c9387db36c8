// From the start of a process until the first batch is out, seen from outside: a line that its output operation prints.
import { fileURLToPath } from "node:url";
import { MASTER } from "./batches.mjs";
import { figures, withProcess } from "./process.mjs";
import { sparkSide } from "./spark.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PATIENCE_MILLIS = 60_000;

/** Both sides count ten lines a batch. Sluice is the command line, console and all, and bundles the program first. */
export const firstBatch = {
  sides() {
    const interval = 100;
    const program = [`${root}bench/programs/words.ts`, "--master", MASTER, "--checkpoint"];
    const env = { PRINT: "true", BENCH_INTERVAL: String(interval) };
    return {
      sluice: () =>
        untilFirst((scratch) => ({
          command: process.execPath,
          args: [`${root}dist/cli/main.js`, "run", ...program, `${scratch}/checkpoint`],
          env,
        })),
      spark: () => untilFirst(() => sparkSide(["wc", MASTER, "tiny", 1_000, interval], { PRINT: "true" })),
    };
  },
};

function untilFirst(side) {
  return withProcess(side, ({ lines, startedAt, ended, failed }) => {
    let began = startedAt;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(failed("brought no batch")), PATIENCE_MILLIS);
      lines.on("line", (line) => {
        // What a script did before the process that counts.
        if (line === "STARTED") began = Date.now();
        if (!line.startsWith("BATCH ")) return;
        clearTimeout(timer);
        resolve({ ...figures(line), startMs: Date.now() - began });
      });
      ended.then((code) => reject(failed(`ended with ${code}`)), reject);
    });
  });
}
