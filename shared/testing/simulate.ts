import { isDeepStrictEqual } from "node:util";
import { IllegalArgumentError } from "../errors/index.js";
import {
  FAULT_KINDS,
  type FaultChoice,
  type FaultKind,
  type FedRecord,
  type Injected,
  type SeedOutcome,
  Simulation,
  swarm,
  Violation,
  type Workload,
} from "../simulation/index.js";
import { isStreamingApp, liveInputs, type StreamingApp, StreamingContext } from "../streaming/index.js";

/** A record of a simulated stream. */
export interface SimulatedRecord {
  /** Records of one key keep their order. */
  readonly key: string;
  readonly data: string;
}

/** An application with sinks of its own, made anew for each run. */
export interface Trial {
  readonly app: StreamingApp;
  /** What the run came to, for example what the sinks hold. It must be the same with faults as without. */
  readonly result?: () => unknown;
}

/** What `simulate` is to do. */
export interface SimulateOptions {
  /** How many lives of the application to live through. @defaultValue 100 */
  readonly seeds?: number;
  /** The first of them: the same seed is the same life, fault for fault. @defaultValue 1 */
  readonly seed?: number;
  /** Which faults there may be. @defaultValue all */
  readonly faults?: readonly FaultKind[];
  /** By stream: its records, which arrive in this order over the first nine batches or so. */
  readonly streams?: Readonly<Record<string, readonly SimulatedRecord[]>>;
}

/** What there was, when no law was broken. */
export interface SimulateReport {
  readonly seeds: number;
  readonly batches: number;
  /** Calls to the outside world. */
  readonly calls: number;
  /** By kind: how many there were. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
}

/** A run of the application broke a law. The message says which, under which faults, and how to see it again. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
  /** The seed: `simulate(app, { seed, seeds: 1 })` runs it again. */
  readonly seed: number;
  /** What happened, call by call. */
  readonly trace: readonly string[];

  constructor(message: string, seed: number, trace: readonly string[], cause: unknown) {
    super(message, { cause });
    this.seed = seed;
    this.trace = trace;
  }
}

/**
 * Lets an application live through crashes, lost and doubled requests, zombies, skewed clocks, resharding and more, in virtual
 * time on the production driver and executors, and checks the laws of exactly once (docs/reliability.md) at every commit.
 * A failing seed can be run again, and takes exactly the same course.
 *
 * Given a function instead of an application, it is called for each run; then the run's `result` is checked too. Which
 * records are in which batch differs from run to run, so it should be something that does not depend on it.
 *
 * @throws {SimulationError} when a law is broken, or the result is another than without faults.
 * @throws {IllegalArgumentError} when a stream of the program's has no records, or it reads something else than streams.
 * @example
 * await simulate(
 *   () => {
 *     const table = new Map<string, readonly [string, number][]>();
 *     const app = streamingApp("totals", { batchDuration: seconds(5) }, (ssc) => {
 *       ssc.kinesisStream("words")
 *         .countByValue()
 *         .foreachRDD((rdd) => rdd.foreachPartition((rows, { token }) => void table.set(token, [...rows])));
 *     });
 *     return { app, result: () => [...table.values()].flat().reduce((sum, [, n]) => sum + n, 0) };
 *   },
 *   { seeds: 50, streams: { words: ["a", "b", "a"].map((data) => ({ key: data, data })) } },
 * );
 */
export async function simulate(
  program: StreamingApp | (() => Trial),
  options: SimulateOptions = {},
): Promise<SimulateReport> {
  const { seeds = 100, seed: first = 1 } = options;
  const report = { seeds, batches: 0, calls: 0, faults: {} as Partial<Record<FaultKind, number>> };
  for (let seed = first; seed < first + seeds; seed++) {
    const outcome = await live(program, options, seed);
    report.batches += outcome.batches;
    report.calls += outcome.calls;
    for (const { kind } of outcome.injected) report.faults[kind] = (report.faults[kind] ?? 0) + 1;
  }
  return report;
}

/** One seed. @throws {SimulationError} */
async function live(program: StreamingApp | (() => Trial), options: SimulateOptions, seed: number) {
  const { outcome, result } = await run(program, options, seed, { rates: swarm(seed, options.faults ?? FAULT_KINDS) });
  if (outcome.violation !== undefined) throw await broken(program, options, outcome, outcome.violation);
  if (result !== undefined) {
    const calm = await run(program, options, seed, { only: [] });
    if (calm.outcome.violation !== undefined)
      throw await broken(program, options, calm.outcome, calm.outcome.violation);
    if (!isDeepStrictEqual(calm.result, result)) {
      const what = `with faults the result is ${preview(result)}, without ${preview(calm.result)}`;
      throw await broken(program, options, outcome, new Violation("I7", what));
    }
  }
  return outcome;
}

async function run(
  program: StreamingApp | (() => Trial),
  options: SimulateOptions,
  seed: number,
  faults: FaultChoice,
  trace = false,
): Promise<{ readonly outcome: SeedOutcome; readonly result: unknown }> {
  const trial = isStreamingApp(program) ? { app: program } : program();
  const outcome = await new Simulation({ seed, workload: workloadOf(trial.app, options), faults, trace }).run();
  return { outcome, result: trial.result?.() };
}

/** The same life once more, told call by call. */
async function broken(
  program: StreamingApp | (() => Trial),
  options: SimulateOptions,
  { seed, injected }: SeedOutcome,
  violation: Error,
): Promise<SimulationError> {
  const { outcome } = await run(program, options, seed, { only: injected }, true);
  const list = injected.map(({ identity, kind }: Injected) => `  ${kind} at ${identity}`).join("\n");
  const faults = injected.length === 0 ? "without any fault" : `with these faults:\n${list}`;
  return new SimulationError(`Seed ${seed} broke ${violation.message}, ${faults}`, seed, outcome.trace, violation);
}

function preview(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 200);
}

/** In how many portions the records arrive. */
const FEEDS = 9;

function workloadOf(app: StreamingApp, { streams = {} }: SimulateOptions): Workload {
  const names = streamsOf(app);
  for (const name of names) {
    if (streams[name] !== undefined) continue;
    throw new IllegalArgumentError(
      `The application reads the stream ${name}: give its records as { streams: { "${name}": [...] } }.`,
    );
  }
  let portion = 0;
  return {
    name: app.name,
    about: "an application of the user's",
    streams: names,
    program: () => app,
    feed() {
      const [from, to] = [portion / FEEDS, ++portion / FEEDS];
      return names.flatMap((stream): FedRecord[] => {
        const records = streams[stream] ?? [];
        const some = records.slice(Math.floor(from * records.length), Math.floor(to * records.length));
        return some.map(({ key, data }) => ({ stream, key, text: data }));
      });
    },
  };
}

function streamsOf(app: StreamingApp): readonly string[] {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  return liveInputs(ssc.graph).flatMap(({ uid, input }) => {
    if (input.type === "stream" && input.receiver === undefined) return [input.stream];
    if (input.type === "queue") return [];
    throw new IllegalArgumentError(`${uid} cannot be simulated: take kinesisStream or queueStream as input.`, {
      operator: uid,
    });
  });
}
