import { Simulator } from "./simulator.mjs";

/** A mutant that so many seeds of each of its workloads do not show survives. */
const MOST_SEEDS = 5_000;

/** Each until its first catch, several at a time. */
export async function printMutants(mutants, { processes = 2, seeds }) {
  const results = [];
  const left = [...mutants];
  const began = Date.now();
  const one = async () => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const result = await catchIt(mutant, seeds);
      results.push(result);
      console.error(`${results.length} of ${mutants.length}: ${lineOf(result)}`);
    }
  };
  await Promise.all(Array.from({ length: processes }, one));
  console.log(
    "| Rule that is taken away | Mutant | Caught by | Runs it took | Faults that are enough |\n|---|---|---|---|---|",
  );
  for (const mutant of mutants) {
    const { finding, runs } = results.find((result) => result.mutant === mutant);
    const [law = ""] = /I\d+/.exec(finding?.message ?? "") ?? [finding === undefined ? "**nothing**" : "a crash"];
    console.log(`| ${mutant.rule} | ${mutant.name} | ${law} | ${runs} | ${finding?.faults.length ?? "–"} |`);
  }
  const survivors = results.filter(({ finding }) => finding === undefined);
  console.log(
    `\n${mutants.length - survivors.length} of ${mutants.length} caught in ${((Date.now() - began) / 1000).toFixed(0)} s`,
  );
  return survivors.length === 0;
}

/** One mutant, with how it was caught. */
export async function runMutant(mutant, { seeds }) {
  const result = await catchIt(mutant, seeds);
  console.log(lineOf(result));
  for (const { identity, kind } of result.finding?.faults ?? []) console.log(`    ${kind} at ${identity}`);
  return result.finding !== undefined;
}

async function catchIt(mutant, seeds = MOST_SEEDS) {
  const simulator = await Simulator.start({ processes: 1 }, mutant);
  try {
    await simulator.untilCaught(mutant.workloads, seeds);
  } catch (error) {
    // A process that breaks down has noticed too, but by no law: that is a mutant to be written better.
    console.error(`${mutant.name}: ${error.message}`);
  } finally {
    simulator.stop();
  }
  const { runs, findings } = simulator.total;
  return { mutant, runs, finding: findings[0] };
}

function lineOf({ mutant, runs, finding }) {
  if (finding === undefined) return `${mutant.name}: SURVIVED ${runs} runs`;
  return `${mutant.name}: caught after ${runs} runs by seed ${finding.seed} of ${finding.workload} (${finding.faults.length} faults are enough): ${finding.message}`;
}
