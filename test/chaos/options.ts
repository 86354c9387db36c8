/** The options of `npm run chaos`. */
import { parseArgs } from "node:util";

export const MODES = ["local", "emulator"] as const;
export type Mode = (typeof MODES)[number];

export const HELP = `usage: npm run chaos -- [options]

  --mode MODE      local, emulator or both (default both)
  --runs N         so many runs of each mode (default 5; with --seed 1)
  --seed S         the seed of the first run, the next has S + 1 (default: from the clock); it repeats what a run
                   chooses, not when processes get to work
  --parallel P     so many runs side by side (default 2): a run mostly waits
  -h, --help       this

local: the real command line, killed (SIGKILL) and stopped (SIGSTOP) while a receiver is being fed.
emulator: a deployed application, whose schedulers and executors are killed and stopped, for longer than a lease.

ends with 0 when every run was exact, with 1 otherwise, with 2 for wrong options`;

export interface Options {
  readonly help: boolean;
  readonly modes: readonly Mode[];
  readonly runs: number;
  readonly seed: number;
  readonly parallel: number;
}

/** @throws {Error} that says which option is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      mode: { ...text, default: "both" },
      runs: text,
      seed: text,
      parallel: text,
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const modes = MODES.filter((mode) => values.mode === mode || values.mode === "both");
  if (modes.length === 0) throw new Error(`--mode is ${[...MODES, "both"].join(", ")}, not ${values.mode}.`);
  return {
    help: values.help,
    modes,
    runs: wholeNumber("runs", values.runs, 1) ?? (values.seed === undefined ? 5 : 1),
    seed: wholeNumber("seed", values.seed, 0) ?? Date.now() % 1_000_000,
    parallel: wholeNumber("parallel", values.parallel, 1) ?? 2,
  };
}

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(number) || number < least) {
    throw new Error(`--${name} needs a whole number from ${least}, not ${text}.`);
  }
  return number;
}
