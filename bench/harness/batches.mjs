// The measurement that most rows take figures from: so many batches of one input, by both sides in turns.
import { fileURLToPath } from "node:url";
import { result } from "./process.mjs";
import { sparkSide } from "./spark.mjs";

const runner = fileURLToPath(new URL("../run-sluice.mjs", import.meta.url));
const limit = fileURLToPath(new URL("../spark/limit.mjs", import.meta.url));
export const MASTER = "local[2]";

/**
 * @param mode what is done with the words: see `programs/words.ts`.
 * @param input makes the input, and returns where it is.
 * @param interval milliseconds; of both sides.
 * @param warmup batches that are not measured; by default a fifth.
 * @param quick what is different in a run that only checks that it runs.
 * @param withLimit run the loop by hand beside it.
 */
export function batches({ quick: inQuick, withLimit = false, ...usual }) {
  return {
    sides({ quick }) {
      const { mode, input, count, interval, ...others } = quick
        ? { ...usual, count: 5, interval: 100, ...inQuick }
        : usual;
      const path = input(quick);
      const args = [mode, MASTER, path, count, interval];
      const env = environment(others);
      return {
        sluice: () => result({ command: process.execPath, args: [runner, ...args.map(String)], env }),
        spark: () => result(sparkSide(args, env)),
        ...(withLimit && { limit: () => result({ command: process.execPath, args: [limit, path, String(count)] }) }),
      };
    },
  };
}

/** Both sides read the same names. */
function environment({ partitions = 2, mapPartitions, window, warmup, separate = false }) {
  const values = { PARTITIONS: partitions, MAP_PARTITIONS: mapPartitions, WINDOW: window, WARMUP: warmup };
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    ...(separate && { SEPARATE: "1" }),
  };
}
