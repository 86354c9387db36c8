// The simulator: the production driver, executors, state and checkpoint code in virtual time, with every fault a seed can
// draw, under laws that are checked at every commit. docs/reliability.md says what is simulated and what is not.
import { parseArgs } from "node:util";
import { Simulator } from "./simulation/simulator.mjs";

const HELP = `usage: npm run simulate -- [options]

  --seeds N         random seeds to run (default 1000)
  --seed S          the first of them (default: from the clock); alone: just this one, with its trace
  --minutes M       go on for so long instead
  --workload NAME   one program only: ${["counts", "windows", "joins", "sessions", "stages", "poison"].join(", ")}
  --sweep           every call of one run with every fault it can have, one at a time (of all workloads, or --workload A,B)
  --pairs N         runs with two faults each, at random calls
  --determinism N   seeds that are run twice and must take the same course
  --mutant NAME     remove one rule of the protocol, and run seeds until a law catches it
  --mutants         all of them: prints the table (with --only-first N: the first N)
  --keep            append what is found to test/simulation/regressions.txt
  --processes N     (default 2)

ends with 0 when no law was broken (for mutants: when all were caught), with 1 otherwise, with 2 for wrong options`;

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit(0);
}
process.exit((await run()) ? 0 : 1);

function readOptions() {
  const number = { type: "string" };
  const flag = { type: "boolean", default: false };
  try {
    const { values } = parseArgs({
      options: {
        seeds: number,
        seed: number,
        minutes: number,
        workload: { type: "string" },
        sweep: flag,
        pairs: number,
        determinism: number,
        mutant: { type: "string" },
        mutants: flag,
        "only-first": number,
        keep: flag,
        processes: number,
        help: { ...flag, short: "h" },
      },
    });
    for (const name of ["seeds", "seed", "minutes", "pairs", "determinism", "processes", "only-first"]) {
      if (values[name] === undefined) continue;
      const value = Number(values[name]);
      if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} needs a number, not ${values[name]}.`);
      values[name] = value;
    }
    return values;
  } catch (error) {
    console.error(`${error.message}\n\n${HELP}`);
    process.exit(2);
  }
}

async function run() {
  const { mutants } = await import("./simulation/mutants.mjs");
  if (options.mutants) {
    const { printMutants } = await import("./simulation/mutant-table.mjs");
    return printMutants(mutants.slice(0, options["only-first"] ?? mutants.length), options);
  }
  if (options.mutant !== undefined) {
    const { runMutant } = await import("./simulation/mutant-table.mjs");
    const mutant = mutants.find(({ name }) => name === options.mutant);
    if (mutant === undefined) {
      console.error(
        `There is no mutant ${options.mutant}. There are:\n${mutants.map(({ name }) => `  ${name}`).join("\n")}`,
      );
      process.exit(2);
    }
    return runMutant(mutant, options);
  }
  const simulator = await Simulator.start(options);
  const ok = await simulator.run(options);
  simulator.stop();
  return ok;
}
