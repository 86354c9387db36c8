/** What a process of the simulator does: runs, counted, with what they found. */
import {
  Draws,
  type FaultChoice,
  faultsOf,
  type Injected,
  type SeedOutcome,
  Simulation,
  shrink,
  swarm,
  Violation,
  type Workload,
} from "../../shared/simulation/index.js";
import { workloads } from "./workloads/index.js";

/** A piece of work. */
export type Job =
  /** Seeds from a first to before a last, each with the faults that it draws. */
  | { readonly type: "seeds"; readonly workload?: string; readonly from: number; readonly to: number }
  /** One fault at a time: the calls of a run without faults, from the n-th to before the m-th, each with each fault. */
  | {
      readonly type: "sweep";
      readonly workload: string;
      readonly seed: number;
      readonly from: number;
      readonly to: number;
    }
  /** Two faults at a time, at random places. */
  | { readonly type: "pairs"; readonly workload?: string; readonly from: number; readonly to: number }
  /** Each seed twice: must take the same course. */
  | { readonly type: "determinism"; readonly workload?: string; readonly from: number; readonly to: number };

/** A run that broke a law, and what was enough for it. */
export interface Finding {
  readonly workload: string;
  readonly seed: number;
  readonly message: string;
  readonly faults: readonly Injected[];
  readonly trace: readonly string[];
}

export interface JobResult {
  readonly runs: number;
  readonly calls: number;
  readonly batches: number;
  readonly virtualMillis: number;
  /** By kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
}

export type Drain = () => void;

/** Frames of a stack, where it is of use. */
const STACK_FRAMES = 10;

export function workloadOf(name: string | undefined, seed: number): Workload {
  const found = name === undefined ? workloads[seed % workloads.length] : workloads.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`There is no workload ${name}: take ${workloads.map((w) => w.name).join(", ")}.`);
  return found;
}

/** Number of calls of the run without faults. */
export function callsOf(workload: Workload, seed: number, drain: Drain): number {
  return new Simulation({ seed, workload, faults: { only: [] }, record: true }).runSync(drain).planned.length;
}

/** @param stopAtFirst End with the first finding. */
export function runJob(job: Job, drain: Drain, stopAtFirst = false): JobResult {
  const tally = new Tally(drain);
  // Most errors of a run are part of the game, and nobody looks at their stacks: without them a run takes a tenth less.
  withStacksOf(0, () => {
    for (const { workload, seed, faults } of runsOf(job, drain)) {
      const outcome = tally.run(workload, seed, faults);
      if (job.type === "determinism") tally.compare(workload, seed, outcome);
      if (stopAtFirst && tally.findings.length > 0) break;
    }
  });
  return tally;
}

/** Errors have stacks of so many frames meanwhile. */
function withStacksOf<T>(frames: number, f: () => T): T {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  try {
    return f();
  } finally {
    Error.stackTraceLimit = before;
  }
}

interface Run {
  readonly workload: Workload;
  readonly seed: number;
  readonly faults: FaultChoice;
}

function* runsOf(job: Job, drain: Drain): Iterable<Run> {
  if (job.type === "sweep") {
    const workload = workloadOf(job.workload, 0);
    const calls = new Simulation({ seed: job.seed, workload, faults: { only: [] }, record: true }).runSync(
      drain,
    ).planned;
    for (const { operation, identity } of calls.slice(job.from, job.to)) {
      for (const kind of faultsOf(operation))
        yield { workload, seed: job.seed, faults: { only: [{ identity, kind }] } };
    }
    return;
  }
  for (let seed = job.from; seed < job.to; seed++) {
    const workload = workloadOf(job.workload, seed);
    yield { workload, seed, faults: job.type === "pairs" ? pair(workload, seed, drain) : { rates: swarm(seed) } };
  }
}

function pair(workload: Workload, seed: number, drain: Drain): FaultChoice {
  const calls = new Simulation({ seed, workload, faults: { only: [] }, record: true }).runSync(drain).planned;
  const draws = new Draws(seed, "pair");
  const fault = (): Injected => {
    const { operation, identity } = draws.pick(calls);
    return { identity, kind: draws.pick(faultsOf(operation)) };
  };
  return { only: [fault(), fault()] };
}

class Tally implements JobResult {
  runs = 0;
  calls = 0;
  batches = 0;
  virtualMillis = 0;
  readonly faults: Record<string, number> = {};
  readonly findings: Finding[] = [];
  readonly #drain: Drain;

  constructor(drain: Drain) {
    this.#drain = drain;
  }

  run(workload: Workload, seed: number, faults: FaultChoice): SeedOutcome {
    const outcome = new Simulation({ seed, workload, faults }).runSync(this.#drain);
    this.runs += 1;
    this.calls += outcome.calls;
    this.batches += outcome.batches;
    this.virtualMillis += outcome.virtualMillis;
    for (const { kind } of outcome.injected) this.faults[kind] = (this.faults[kind] ?? 0) + 1;
    if (outcome.violation !== undefined) this.findings.push(minimal(workload, outcome, this.#drain));
    return outcome;
  }

  compare(workload: Workload, seed: number, first: SeedOutcome): void {
    const second = new Simulation({ seed, workload, faults: { rates: swarm(seed) } }).runSync(this.#drain);
    if (first.hash === second.hash) return;
    const message = `not deterministic: ${first.hash} and ${second.hash}`;
    this.findings.push({ workload: workload.name, seed, message, faults: first.injected, trace: [] });
  }
}

/** What was enough to break the law, and how it went. */
export function minimal(workload: Workload, { seed, injected, violation }: SeedOutcome, drain: Drain): Finding {
  const run = (only: readonly Injected[], trace = false): SeedOutcome =>
    withStacksOf(STACK_FRAMES, () => new Simulation({ seed, workload, faults: { only }, trace }).runSync(drain));
  const faults = shrink(injected, (some) => isSame(run(some).violation, violation));
  const { trace } = run(faults, true);
  return { workload: workload.name, seed, message: String(violation?.message), faults, trace };
}

function isSame(one: Error | undefined, other: Error | undefined): boolean {
  if (one instanceof Violation && other instanceof Violation) return one.invariant === other.invariant;
  return one !== undefined && other !== undefined && one.name === other.name;
}
