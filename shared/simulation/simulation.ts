/** One seed: the life of an application, with all that can happen to it. Whoever holds the laws up is told by {@link SeedOutcome}. */
import {
  type Head,
  INLINE_ITEM_BYTES,
  jobName,
  type Manifest,
  readHead,
  readManifest,
  setDesired,
} from "../checkpoint/index.js";
import { CheckpointError } from "../errors/index.js";
import { INLINE_PAYLOAD_BYTES } from "../executor/index.js";
import type { Item } from "../ports/index.js";
import { endAllScopes } from "../rdd/index.js";
import { liveInputs, type StreamGraph, StreamingContext, validateGraph } from "../streaming/index.js";
import { namesOf, readContents } from "./committed-batch.js";
import { CommittedState } from "./committed-state.js";
import { Draws } from "./draws.js";
import { EventLoop } from "./event-loop.js";
import { type FaultChoice, FaultPlan, type Injected, type PlannedCall } from "./fault-plan.js";
import { type Deployment, Fleet } from "./fleet.js";
import { type Law, Violation } from "./law.js";
import {
  blocksAreTheStream,
  chain,
  completeness,
  elementsAreFrozen,
  nothingNeededIsDeleted,
  outputsAreCommitted,
  stateIsFrozen,
  stateIsTheFold,
  storageStaysSmall,
} from "./laws/index.js";
import { Network } from "./network.js";
import { Schedulers } from "./schedulers.js";
import type { Nature, ProcessHost, SimulatedProcess } from "./simulated-process.js";
import { SimulatedStreams } from "./simulated-streams.js";
import { Trace } from "./trace.js";
import { WatchedBlockStore, WatchedFileSystem, WatchedTable } from "./watched-storage.js";
import { Counters, type Surroundings, type Workload } from "./workload.js";
import { letHappen } from "./world-events.js";

export interface SeedOptions {
  readonly seed: number;
  readonly workload: Workload;
  readonly faults: FaultChoice;
  /** Keep a readable trace. @defaultValue false */
  readonly trace?: boolean;
  /** Keep a list of all calls, so that faults can be chosen for them. @defaultValue false */
  readonly record?: boolean;
}

export interface SeedOutcome {
  readonly seed: number;
  readonly workload: string;
  /** The first law that was broken; `undefined`: none. */
  readonly violation: Error | undefined;
  readonly injected: readonly Injected[];
  /** Equal for two runs that took the same course. */
  readonly hash: string;
  readonly calls: number;
  readonly batches: number;
  readonly virtualMillis: number;
  readonly trace: readonly string[];
  readonly planned: readonly PlannedCall[];
}

/** When virtual time begins, epoch milliseconds. */
const START = 1_700_000_000_000;
/**
 * For how many batches there are faults and records. Some runs are short and some long: most of what goes wrong does so within few
 * batches, and in the time of a long run two short ones have twice as many beginnings.
 */
const EVENTFUL_BATCHES = [5, 9] as const;
/** A batch counts for so long at least, milliseconds: schedulers and leases do not become faster with the batches. */
const SHORTEST_BATCH = 5_000;
/** How long it may take from then on until everything is done. The longest single delay is a lease and a frozen process. */
const PATIENCE = 300_000;
/** In how many runs a limit is so low that what is an exception elsewhere is the rule: of payloads, and of items of the table. */
const SMALL_LIMITS = 0.1;
/** Most requests and replies are larger. */
const SMALL_PAYLOAD_BYTES = 500;

export class Simulation {
  readonly #options: SeedOptions;
  readonly #draws: Draws;
  readonly #loop = new EventLoop(START);
  readonly #plan: FaultPlan;
  readonly #trace: Trace;
  readonly #network: Network;
  readonly #host: ProcessHost = { running: undefined };
  readonly #job: string;
  readonly #blocks: WatchedBlockStore;
  readonly #table: WatchedTable;
  readonly #files: WatchedFileSystem;
  readonly #state: CommittedState;
  readonly #streams: SimulatedStreams;
  readonly #schedulers: Schedulers;
  readonly #laws: readonly Law[];
  readonly #surroundings: Surroundings;
  readonly #program = { streams: new Map<string, string>(), outputs: new Map<string, string>() };
  readonly #counters = new Counters();
  readonly #printed: string[] = [];
  readonly #views = new Map<string, number>();
  /** How long a batch counts for, see {@link SHORTEST_BATCH}. */
  readonly #batchMillis: number;
  /** When there are no more faults, milliseconds from the start. */
  #quietFrom = Number.POSITIVE_INFINITY;
  /** Of the program as it is deployed, and the newest that there has been. */
  #version = 1;
  #newest = 1;
  #fed = 0;
  #read = 0;
  #batches = 0;
  #head: Head | undefined;
  #manifest: Manifest | undefined;
  /** Time of the batch with which all records had been read. */
  #allReadAt = Number.POSITIVE_INFINITY;
  #violation: Error | undefined;

  constructor(options: SeedOptions) {
    const { seed, workload, faults } = options;
    this.#options = options;
    this.#draws = new Draws(seed, "world");
    this.#plan = new FaultPlan(seed, faults, options.record ?? false);
    this.#trace = new Trace(START, options.trace ?? false);
    this.#network = new Network(seed, this.#loop, this.#plan, this.#trace);
    const clock = { now: () => this.#loop.now, monotonic: () => this.#loop.now - START, sleep: noSleep };
    this.#surroundings = this.#makeSurroundings();
    const first = this.#deployment();
    this.#batchMillis = Math.max(SHORTEST_BATCH, first.options.batchDuration);
    this.#job = jobName(workload.program(this.#surroundings, 1).name);
    const witness = {
      headMoved: (before: Item | undefined, after: Item) => this.#headMoved(before, after),
      deleted: (names: readonly string[]) => this.#judge((law) => law.deleted?.(names)),
      fileWritten: (path: string, bytes: Uint8Array, existing: Uint8Array | undefined) =>
        this.#judge((law) => law.fileWritten?.(path, bytes, existing)),
      violated: (error: unknown) => this.#violated(error),
    };
    this.#blocks = new WatchedBlockStore(witness);
    this.#table = new WatchedTable(witness, this.#job);
    this.#files = new WatchedFileSystem(clock, witness);
    this.#state = new CommittedState({ table: this.#table, blocks: this.#blocks }, this.#job);
    this.#streams = new SimulatedStreams(clock);
    const model = workload.model?.();
    this.#model = model;
    this.#laws = [
      chain(),
      blocksAreTheStream(this.#streams),
      stateIsTheFold(),
      stateIsFrozen(),
      elementsAreFrozen(),
      outputsAreCommitted(this.#job, this.#program.outputs),
      nothingNeededIsDeleted(first.options.retainBatches),
      storageStaysSmall(first.options.retainBatches),
      completeness(PATIENCE / 1000),
    ];
    const storage = { blocks: this.#blocks, table: this.#table, streams: this.#streams.source, files: this.#files };
    const inlineBytes = this.#draws.pick([0, 200, 6_000_000]);
    const shared = {
      loop: this.#loop,
      network: this.#network,
      storage,
      host: this.#host,
      inlineBytes,
      natureOf: (process: string) => this.#natureOf(process),
      onDangling: (process: SimulatedProcess) => this.#dangling(process),
    };
    const fleet = new Fleet({
      ...shared,
      payloadBytes: new Draws(seed, "payload").chance(SMALL_LIMITS) ? SMALL_PAYLOAD_BYTES : INLINE_PAYLOAD_BYTES,
      job: this.#job,
    });
    this.#schedulers = new Schedulers({
      ...shared,
      seed,
      plan: this.#plan,
      trace: this.#trace,
      fleet,
      itemBytes: new Draws(seed, "items").chance(SMALL_LIMITS) ? 0 : INLINE_ITEM_BYTES,
      console: {
        print: (text) => {
          this.#printed.push(text);
          this.#judge((law) => law.printed?.(text));
        },
        log: (level, message) => this.#trace.note(this.#loop.now, `${level}: ${message}`),
      },
      deployed: () => this.#deployment(),
      onUnexplained: (process, error) => {
        // An older version that comes after a newer one must not go on without what it does not know.
        if (this.#newest > 1 && error instanceof CheckpointError && error.details.operator !== undefined) return;
        this.#violated(new Violation("I8", `${process.name} failed, and no fault explains it: ${describe(error)}`));
      },
    });
  }

  readonly #model;

  /** All in one go; `drain` runs all microtasks. To be called from the event loop, not after an `await`. */
  runSync(drain: () => void): SeedOutcome {
    this.#begin();
    drain();
    this.#loop.runSync(drain, () => this.#isOver());
    void this.#end();
    drain();
    endAllScopes();
    return this.#outcome();
  }

  /** A turn of Node's event loop for each event: slower, but programs may wait for anything. */
  async run(): Promise<SeedOutcome> {
    this.#begin();
    await new Promise((resolve) => setImmediate(resolve));
    await this.#loop.run(() => this.#isOver());
    await this.#end();
    return this.#outcome();
  }

  #begin(): void {
    const { seed, workload } = this.#options;
    for (const stream of workload.streams) void this.#streams.create(stream, this.#draws.between(1, 2));
    this.#quietFrom = letHappen({
      seed,
      loop: this.#loop,
      plan: this.#plan,
      batches: new Draws(seed, "length").between(...EVENTFUL_BATCHES),
      batchMillis: this.#batchMillis,
      note: (text) => this.#trace.note(this.#loop.now, text),
      startScheduler: () => this.#schedulers.start(),
      killSchedulers: () => this.#schedulers.killAll(),
      isRunning: () => this.#schedulers.count > 0,
      feed: (n) => this.#feed(n),
      reshard: (n, how) => {
        const stream = workload.streams[n % workload.streams.length] as string;
        if (how === "split") void this.#streams.split(stream, new Draws(seed, `split ${n}`));
        else void this.#streams.merge(stream);
      },
      deployNextVersion: () => {
        this.#newest += 1;
        this.#version = this.#newest;
      },
      deployVersionBefore: () => {
        this.#version = Math.max(1, this.#version - 1);
      },
      deployNewestVersion: () => {
        if (this.#newest === 1) return;
        // What only the newest version reads must not wait until the schedulers of older ones have come to their end.
        this.#version = this.#newest;
        this.#schedulers.killAll();
      },
      operator: (says) => {
        this.#trace.note(this.#loop.now, `the operator says ${says}`);
        void setDesired(this.#table, this.#job, says).then(() => says === "run" && this.#schedulers.start());
      },
    });
  }

  #isOver(): boolean {
    if (this.#violation !== undefined) return true;
    const elapsed = this.#loop.now - START;
    return (elapsed > this.#quietFrom && this.#isComplete()) || elapsed > this.#quietFrom + PATIENCE;
  }

  #isComplete(): boolean {
    return this.#read === this.#fed && (this.#head?.out ?? 0) >= this.#allReadAt;
  }

  async #end(): Promise<void> {
    if (this.#violation !== undefined) return;
    const end = {
      complete: this.#isComplete(),
      unread: this.#fed - this.#read,
      head: this.#head,
      names: [...this.#blocks.names, ...this.#table.names],
      faults: this.#plan.injected.length,
      printed: this.#printed,
      files: this.#files.contents,
    };
    this.#judge((law) => law.ended?.(end));
  }

  #outcome(): SeedOutcome {
    return {
      seed: this.#options.seed,
      workload: this.#options.workload.name,
      violation: this.#violation,
      injected: this.#plan.injected,
      hash: this.#trace.hash,
      calls: this.#network.calls,
      batches: this.#batches,
      virtualMillis: this.#loop.now - START,
      trace: this.#trace.lines ?? [],
      planned: this.#plan.calls,
    };
  }

  // --- The world -----------------------------------------------------------------------------------------------------

  #feed(n: number): void {
    const { seed, workload } = this.#options;
    const records = workload.feed(new Draws(seed, `feed ${n}`), this.#counters, this.#newest);
    this.#fed += records.length;
    this.#allReadAt = Number.POSITIVE_INFINITY;
    this.#trace.note(this.#loop.now, `fed: ${records.map(({ text }) => text).join(" ")}`);
    for (const record of records) void this.#streams.put(record);
  }

  #deployment(): Deployment {
    const version = this.#version;
    const app = this.#options.workload.program(this.#surroundings, version);
    return { codeVersion: `v${version}`, options: app.options, buildGraph: () => this.#graphOf(app) };
  }

  #graphOf(app: ReturnType<Workload["program"]>): StreamGraph {
    const ssc = new StreamingContext(app);
    app.build(ssc);
    const { graph } = ssc;
    validateGraph(graph, true);
    const { streams, outputs } = this.#program;
    for (const { uid, input } of liveInputs(graph)) if (input.type === "stream") streams.set(uid, input.stream);
    for (const { uid, kind } of graph.outputs) outputs.set(uid, kind);
    return graph;
  }

  #natureOf(process: string): Nature {
    const draws = new Draws(this.#options.seed, `nature of ${process}`);
    const [skew, slowness] = [draws.between(-8_000, 8_000), Math.round(draws.magnitude(2, 40))];
    return {
      skew: this.#plan.event("skewed clock", process) ? skew : 0,
      slowness: this.#plan.event("slow process", process) ? slowness : 1,
    };
  }

  #makeSurroundings(): Surroundings {
    let nonce = 0;
    const call = (operation: string, key: string, effect: () => void): Promise<void> =>
      this.#network.call(this.#host.running as SimulatedProcess, { operation, key, effect: async () => effect() });
    return {
      nonce: () => ++nonce,
      send: (token, rows) => call("sink.send", token, () => this.#judge((law) => law.sent?.(token, rows))),
      upsert: (key, value, version) =>
        call("sink.upsert", `${key}@${version}`, () => {
          if ((this.#views.get(key) ?? 0) >= version) return;
          this.#views.set(key, version);
          this.#judge((law) => law.upserted?.(key, value, version));
        }),
    };
  }

  // --- What happens to the laws --------------------------------------------------------------------------------------

  async #headMoved(beforeItem: Item | undefined, afterItem: Item): Promise<void> {
    const before = this.#head;
    const after = (await readHead(this.#table, this.#job)) as Head;
    this.#head = after;
    this.#judge((law) => law.headMoved?.(before, after));
    if (beforeItem?.manifest === afterItem.manifest || afterItem.manifest === "") return;
    const storage = { table: this.#table, blocks: this.#blocks };
    const manifest = await readManifest(storage, this.#job, after.manifest, after.manifestHash);
    if (manifest === undefined)
      throw new Violation("I9", `the head names manifest ${after.manifest}, which is not there`);
    const contents = await readContents(storage, this.#job, manifest, this.#program);
    const records: Record<string, string[]> = {};
    for (const { stream, records: texts } of contents.read) records[stream] = [...(records[stream] ?? []), ...texts];
    const { time, batchDuration: interval, failed } = manifest;
    const version = Number(manifest.codeVersion.slice(1));
    const names = await namesOf(storage, this.#job, manifest);
    const batch = {
      ...contents,
      state: await this.#state.read(manifest),
      manifest,
      head: after,
      before: before as Head,
      previous: this.#manifest,
      names,
      missing: [...names].filter((name) => !this.#blocks.names.has(name) && !this.#table.names.has(name)),
      expected: this.#model?.after({ time, interval, records, failed: failed !== undefined, version }) ?? {},
    };
    this.#trace.note(
      this.#loop.now,
      `committed: batch ${(time - START) / 1000} s, ${manifest.id}: ${JSON.stringify(records)}${failed ? " (failed)" : ""}`,
    );
    this.#manifest = manifest;
    this.#batches += 1;
    this.#read += Object.values(records).flat().length;
    if (this.#read === this.#fed) this.#allReadAt = Math.min(this.#allReadAt, time);
    this.#judge((law) => law.committed?.(batch));
  }

  #dangling(process: SimulatedProcess): void {
    this.#violated(
      new Violation("I10", `${process.name} returned while calls were under way: ${[...process.inFlight].join(", ")}`),
    );
  }

  #judge(ask: (law: Law) => void): void {
    if (this.#violation !== undefined) return;
    try {
      for (const law of this.#laws) ask(law);
    } catch (error) {
      this.#violated(error);
    }
  }

  #violated(error: unknown): void {
    if (this.#violation !== undefined) return;
    this.#violation = error as Error;
    this.#trace.note(this.#loop.now, `✗ ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  return error instanceof Violation
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : String(error);
}

function noSleep(): Promise<never> {
  throw new Error("storage does not sleep");
}
