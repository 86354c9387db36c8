/** The application's life under faults. `npm run simulate` is the same for more seeds; see docs/reliability.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FAULT_KINDS, type FaultKind, type Injected, Simulation, swarm } from "../../shared/simulation/index.js";
import { type JobResult, runJob, workloadOf } from "./jobs.js";
import { fromEventLoop } from "./support.js";
import { workloads } from "./workloads/index.js";

/** What was found, as a test's failure should show it. */
const found = ({ findings }: JobResult): string[] =>
  findings.map(({ workload, seed, message }) => `${workload} ${seed}: ${message}`);

describe("a program without faults", () => {
  it.each(workloads.map(({ name }) => name))("keeps all laws: %s", async (name) => {
    const workload = workloadOf(name, 0);
    const run = (drain: () => void) => new Simulation({ seed: 7, workload, faults: { only: [] } }).runSync(drain);
    const outcome = await fromEventLoop(run);
    expect(outcome.violation).toBeUndefined();
    expect(outcome.batches).toBeGreaterThanOrEqual(5);
    expect(outcome.injected).toEqual([]);
  });
});

const first = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe(`random seeds from ${first} (SEED=${first})`, () => {
  it("keep all laws", async () => {
    const result = await fromEventLoop((drain) => runJob({ type: "seeds", from: first, to: first + 200 }, drain));
    expect(found(result)).toEqual([]);
    expect(result.runs).toBe(200);
    // Of most kinds there were some.
    expect(Object.keys(result.faults).length).toBeGreaterThan(FAULT_KINDS.length * 0.7);
  });

  it("take the same course each time", async () => {
    const job = { type: "determinism", from: first, to: first + 12 } as const;
    expect(found(await fromEventLoop((drain) => runJob(job, drain)))).toEqual([]);
  });

  it("take the same course whether microtasks are run by V8 or by Node's event loop", async () => {
    for (const [i, workload] of workloads.entries()) {
      const options = { seed: first + i, workload, faults: { rates: swarm(first + i) } };
      const inOneGo = await fromEventLoop((drain) => new Simulation(options).runSync(drain));
      expect((await new Simulation(options).run()).hash).toBe(inOneGo.hash);
    }
  });

  it("keep all laws with two faults at random calls", async () => {
    const job = { type: "pairs", from: first, to: first + 30 } as const;
    expect(found(await fromEventLoop((drain) => runJob(job, drain)))).toEqual([]);
  });
});

describe("seeds that once broke a law", () => {
  const lines = readFileSync(join(__dirname, "regressions.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

  it("keep all laws", async () => {
    for (const line of lines) expect([line, await violationsOf(line)]).toEqual([line, []]);
  });
});

/** A line says `workload seed`, then what was enough, as `kind @ identity`; and the seed's own faults are tried too. */
async function violationsOf(line: string): Promise<string[]> {
  const [head = "", ...faults] = line.split(" ; ");
  const [name, seed] = head.split(" ");
  const only = faults.map((fault): Injected => {
    const [kind, identity = ""] = fault.split(" @ ");
    return { kind: kind as FaultKind, identity };
  });
  const messages: string[] = [];
  for (const choice of [{ only }, { rates: swarm(Number(seed)) }]) {
    const options = { seed: Number(seed), workload: workloadOf(name, 0), faults: choice };
    const { violation } = await fromEventLoop((drain) => new Simulation(options).runSync(drain));
    if (violation !== undefined) messages.push(violation.message);
  }
  return messages;
}
