/** `npm run chaos`: runs of each mode with real processes that are killed and stopped, and whether all were exact. */
import type { Arena } from "./arena.js";
import { EmulatorArena } from "./emulator-arena.js";
import { LocalArena } from "./local-arena.js";
import { HELP, type Mode, type Options, parseOptions } from "./options.js";
import { Series } from "./series.js";

const ARENAS: Readonly<Record<Mode, () => Arena>> = {
  local: () => new LocalArena(),
  emulator: () => new EmulatorArena(),
};

/** @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    say(HELP);
    return 0;
  }
  // Leaving by these, too, must take the processes along that this one has started.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  return (await runAll(options)) ? 0 : 1;
}

async function runAll({ modes, runs, seed, parallel }: Options): Promise<boolean> {
  const seeds = Array.from({ length: runs }, (_, run) => seed + run);
  const summaries: string[] = [];
  let exact = true;
  for (const mode of modes) {
    const series = new Series({ mode, seeds, parallel, openArena: ARENAS[mode], say });
    exact = (await series.run()) && exact;
    summaries.push(series.summary());
  }
  say(summaries.join("; "));
  return exact;
}

function say(line: string): void {
  console.log(line);
}
