/** The same views of an application that runs elsewhere: from head and manifests, which it writes with every batch. */
import { type CheckpointStorage, type Head, jobName, type Manifest } from "../checkpoint/index.js";
import type { Clock } from "../ports/index.js";
import { figuresOf } from "./app-figures.js";
import { addCosts, attemptsOf, costsOf, NO_COST } from "./costs.js";
import { type BatchScope, batchSummary, batchView, type KnownBatch, queuedBatch, sum, texts } from "./known-batch.js";
import { ManifestChain } from "./manifest-chain.js";
import type { MonitorSource } from "./source.js";
import {
  type AppState,
  type AppView,
  type BatchSummary,
  type BatchView,
  type GraphView,
  type TimelineView,
  VIEW_VERSION,
} from "./view.js";

export interface CheckpointViewsOptions {
  readonly storage: CheckpointStorage;
  readonly appName: string;
  readonly clock: Pick<Clock, "now">;
  readonly run: string;
  /** Where it runs, in words. */
  readonly master: string;
  /** Of the program, where that is known. */
  readonly graph?: GraphView;
  readonly replayCommand?: (time: number) => string;
  readonly facts?: AppView["config"];
  /** Newest batches to look at. @defaultValue 100 */
  readonly keep?: number;
}

const KEEP = 100;
/** An application that has not been heard of for so many intervals, and this many milliseconds, may be gone. */
const SILENT_BATCHES = 5;
const SILENT_MILLIS = 60_000;
/** Most waiting batches that are listed. */
const MAX_WAITING = 100;

/**
 * Views made of a checkpoint; {@link refresh} looks for what is new. Nothing is written.
 *
 * What manifests do not tell is left out: when a batch was committed and when its outputs ended (its end is that of its last
 * stage), receivers, printed output. Requests are estimated.
 */
export class CheckpointViews implements MonitorSource {
  readonly run: string;
  readonly #options: CheckpointViewsOptions;
  readonly #chain: ManifestChain;
  readonly #job: string;
  readonly #listeners = new Set<() => void>();
  #head: Head | undefined;
  /** Oldest first. */
  #manifests: readonly Manifest[] = [];
  /** By manifest id and whether its outputs are done. */
  #known = new Map<string, { readonly batch: KnownBatch; readonly revision: number }>();
  #revision = 0;

  constructor(options: CheckpointViewsOptions) {
    this.#options = options;
    this.run = options.run;
    this.#job = jobName(options.appName);
    this.#chain = new ManifestChain(options.storage, this.#job);
  }

  get revision(): number {
    return this.#revision;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Reads what has been committed since the last call.
   * @throws {CheckpointError} when the newest batch cannot be read; whatever the services throw.
   */
  async refresh(): Promise<void> {
    const head = await this.#chain.head();
    const same = head?.manifest === this.#head?.manifest && head?.out === this.#head?.out;
    if (same && head?.desired === this.#head?.desired && head?.expires === this.#head?.expires) return;
    const manifests = same ? this.#manifests : [...(await this.#chain.newest(this.#options.keep ?? KEEP))].reverse();
    this.#head = head;
    this.#manifests = manifests;
    this.#revision += 1;
    const before = this.#known;
    this.#known = new Map(
      manifests.map((manifest) => {
        const key = `${manifest.id} ${this.#isOut(manifest)}`;
        return [key, before.get(key) ?? { batch: this.#toKnown(manifest), revision: this.#revision }] as const;
      }),
    );
    for (const listener of this.#listeners) listener();
  }

  app(): AppView {
    const { clock, appName, master, facts = [] } = this.#options;
    const newest = this.#manifests[this.#manifests.length - 1];
    const batches = [...this.#known.values()].map(({ batch }) => batch);
    const ended = batches.filter(({ endedAt }) => endedAt !== undefined);
    const costs = batches.map((batch) => batch.costs ?? NO_COST);
    const waiting = this.#waiting().length;
    return {
      version: VIEW_VERSION,
      name: appName,
      master,
      state: this.#state(),
      startedAt: batches[0]?.submittedAt,
      now: clock.now(),
      batchDuration: this.#batchDuration,
      batches: {
        completed: newest?.batches ?? 0,
        failed: batches.filter(({ status }) => status === "failed").length,
        waiting,
        processing: batches.length - ended.length,
        retained: batches.length,
      },
      records: sum(this.#manifests, ({ records }) => records),
      processedRecords: sum(ended, ({ inputs }) => sum(inputs, ({ records }) => records)),
      ...figuresOf(
        ended.map((batch) => batchSummary(batch, this.#scope)),
        costs,
        this.#batchDuration,
        waiting,
      ),
      cost: addCosts(NO_COST, ...costs),
      costIsHypothetical: false,
      error: batches.findLast(({ failure }) => failure !== undefined)?.failure,
      receivers: [],
      rateLimits: Object.fromEntries(
        Object.entries(newest?.rates ?? {}).flatMap(([uid, { estimate }]) =>
          estimate === undefined ? [] : [[uid, estimate]],
        ),
      ),
      printed: [],
      accumulators: texts(newest?.shared.accumulators ?? {}),
      config: [
        ...facts,
        { name: "codeVersion", value: newest?.codeVersion ?? "unknown" },
        { name: "desired", value: this.#head?.desired ?? "run" },
        { name: "batchDuration", value: `${this.#batchDuration} ms` },
      ],
    };
  }

  graph(): GraphView {
    return this.#options.graph ?? { version: VIEW_VERSION, nodes: [] };
  }

  timeline(): TimelineView {
    return {
      version: VIEW_VERSION,
      minutes: [],
      batches: [...this.#known.values()].map(({ batch }) => batchSummary(batch, this.#scope)),
    };
  }

  batches(): readonly BatchSummary[] {
    return [...this.#waiting(), ...[...this.timeline().batches].reverse()];
  }

  changedSince(revision: number): readonly BatchSummary[] | undefined {
    if (revision > this.#revision) return undefined;
    return [...this.#known.values()]
      .filter((known) => known.revision > revision)
      .map(({ batch }) => batchSummary(batch, this.#scope));
  }

  batch(time: number): BatchView | undefined {
    for (const { batch } of this.#known.values()) if (batch.time === time) return batchView(batch, this.#scope);
    return undefined;
  }

  get #batchDuration(): number {
    return this.#manifests[this.#manifests.length - 1]?.batchDuration ?? 1;
  }

  get #scope(): BatchScope {
    return { batchDuration: this.#batchDuration, job: this.#job, replayCommand: this.#options.replayCommand };
  }

  #state(): AppState {
    const [head, newest] = [this.#head, this.#manifests[this.#manifests.length - 1]];
    if (head === undefined || newest === undefined) return "starting";
    if (head.desired === "stop") return "ended";
    const silence = Math.max(SILENT_MILLIS, SILENT_BATCHES * newest.batchDuration);
    if (head.expires === 0) return newest.quietSince === undefined ? "unknown" : "idle";
    return this.#options.clock.now() - head.expires > silence ? "unknown" : "running";
  }

  #isOut({ time }: Manifest): boolean {
    return (this.#head?.out ?? 0) >= time;
  }

  #toKnown(manifest: Manifest): KnownBatch {
    const { time, stats, failed, shared } = manifest;
    const done = this.#isOut(manifest);
    const attempts = attemptsOf(stats);
    const stagesEnd = attempts.reduce(
      (end, { startedAt, millis }) => Math.max(end, startedAt + millis),
      stats.startedAt,
    );
    return {
      time,
      status: failed !== undefined ? "failed" : done ? "completed" : "processing",
      submittedAt: stats.submittedAt,
      startedAt: stats.startedAt,
      committedAt: undefined,
      endedAt: done || failed !== undefined ? Math.round(stagesEnd) : undefined,
      inputs: stats.inputs,
      stages: stats.stages,
      state: stats.state,
      outputs: Object.keys(manifest.outputs).map((uid, id) => ({
        id,
        uid,
        kind: this.graph().nodes.find((node) => node.uid === uid)?.kind ?? "output",
        startedAt: undefined,
        endedAt: done ? Math.round(stagesEnd) : undefined,
        error: undefined,
        retries: undefined,
        retriedFor: undefined,
      })),
      accumulators: shared.accumulators,
      costs: costsOf(stats, manifest.batchDuration),
      failure: failed && { name: "BatchFailedError", code: "SLUICE_BATCH_FAILED", causes: [], ...failed },
    };
  }

  /** Batches that are due and not committed, newest first, but for the one that is probably at work. */
  #waiting(): readonly BatchSummary[] {
    const newest = this.#manifests[this.#manifests.length - 1];
    if (newest === undefined || this.#state() !== "running") return [];
    const { time, batchDuration } = newest;
    const due = Math.floor((this.#options.clock.now() - time) / batchDuration) - 1;
    const count = Math.max(0, Math.min(due, MAX_WAITING));
    return Array.from({ length: count }, (_, i) => queuedBatch(time + (count - i + 1) * batchDuration));
  }
}
