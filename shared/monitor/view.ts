/**
 * What is shown of an application: the JSON that the page, the terminal monitor and `--json` are given. Made from what the
 * driver tells (`BatchHistory`) or from what it has committed (`viewsFromCheckpoint`); the same types either way.
 *
 * Times are epoch milliseconds, durations milliseconds, money US dollars. What is not known is absent. All text that comes
 * from the program or its data is plain text: who shows it escapes it.
 */
import type { InputRecord, StageRecord, StateRecord } from "../checkpoint/index.js";

/** Version of these types: grows when a field changes its meaning or goes. */
export const VIEW_VERSION = 1;

/**
 * `starting`: no batch yet; `running`; `idle`: asleep until records come; `ended`: in good order; `failed`: halted by an error;
 * `unknown`: of a deployed application that has not been heard of for some time.
 */
export type AppState = "starting" | "running" | "idle" | "ended" | "failed" | "unknown";

/**
 * Does the application keep up with what comes in? `yes`; `barely`: processing takes more than 80 % of the interval, or input
 * lags; `no`: batches take longer than their interval, and delay grows; `unknown`: no batch yet.
 */
export type KeepsUp = "yes" | "barely" | "no" | "unknown";

/** Dollars by service, at list price. */
export interface CostView {
  readonly total: number;
  /** `kinesis`, `lambda`, `s3`, `dynamodb`. */
  readonly services: Readonly<Record<string, number>>;
}

/** An error and what it says about where it happened. */
export interface ErrorView {
  readonly name: string;
  /** `SLUICE_…`; its section is in docs/errors.md. */
  readonly code?: string | undefined;
  readonly message: string;
  /** The last cause's stack: where the program's own function threw. */
  readonly stack?: string | undefined;
  /** Uid of the operator whose function threw. */
  readonly operator?: string | undefined;
  readonly partition?: number | undefined;
  /** The record it was working on, shortened. */
  readonly record?: string | undefined;
  /** Messages of the causes, outermost first; the error's own is not among them. */
  readonly causes: readonly string[];
}

/** A receiver, with the names of Spark's `ReceiverInfo`. */
export interface ReceiverView {
  readonly streamId: number;
  readonly streamName: string;
  readonly active: boolean;
  readonly location: string;
  readonly executorId: string;
  readonly lastErrorMessage?: string | undefined;
  readonly lastError?: string | undefined;
  readonly lastErrorTime?: number | undefined;
}

/** How many batches are in which state. */
export interface BatchCounts {
  /** Since this process began; of a deployed application in its life. */
  readonly completed: number;
  /** Since this process began; of a deployed application among those that are known. */
  readonly failed: number;
  /** Due, and not begun. */
  readonly waiting: number;
  readonly processing: number;
  /** Batches that can be looked at one by one. */
  readonly retained: number;
}

/** What was printed last. */
export interface PrintedView {
  /** When. */
  readonly at: number;
  readonly text: string;
}

/** The application as a whole: the header of the page. */
export interface AppView {
  readonly version: typeof VIEW_VERSION;
  readonly name: string;
  /** `local[*]`, or the stack it is deployed as. */
  readonly master: string;
  readonly state: AppState;
  /** When this process began; of a deployed application, the submission of the oldest batch that is known. */
  readonly startedAt?: number | undefined;
  /** When this was made: what uptime is counted to. */
  readonly now: number;
  readonly batchDuration: number;
  readonly batches: BatchCounts;
  /** Received since this process began. */
  readonly records: number;
  /** Of completed batches. */
  readonly processedRecords: number;
  /** Records a second over the last batches. */
  readonly inputRate: number;
  /** Of the last batches: medians. */
  readonly schedulingDelay?: number | undefined;
  readonly processingTime?: number | undefined;
  readonly totalDelay?: number | undefined;
  /** How far the shard that is furthest behind is behind its tip. */
  readonly lagMillis: number;
  readonly keepsUp: KeepsUp;
  /** Since this process began. Of an application on this machine: what the same requests would cost on AWS. */
  readonly cost?: CostView | undefined;
  /** At the rate of the last batches. */
  readonly costPerMonth?: CostView | undefined;
  /** True when the cost is what this would cost on AWS, not what it costs. */
  readonly costIsHypothetical: boolean;
  /** What ended it, or the last one of a batch that was skipped. */
  readonly error?: ErrorView | undefined;
  readonly receivers: readonly ReceiverView[];
  /** Most records per second that inputs may bring, by uid; of inputs with a limit. */
  readonly rateLimits: Readonly<Record<string, number>>;
  /** Oldest first; the last few. */
  readonly printed: readonly PrintedView[];
  /** Totals, by name, as text. */
  readonly accumulators: Readonly<Record<string, string>>;
  /** Options and facts, in the order in which they are shown. */
  readonly config: readonly { readonly name: string; readonly value: string }[];
}

/** `queued`: due, and not begun; `processing`: up to the end of its last output. */
export type BatchStatus = "queued" | "processing" | "completed" | "failed";

/** A batch in a list or on a timeline. */
export interface BatchSummary {
  /** Batch time: its name. */
  readonly time: number;
  readonly status: BatchStatus;
  readonly records: number;
  readonly bytes: number;
  /** Records a second of its interval. */
  readonly inputRate: number;
  /** When it was due. */
  readonly submittedAt: number;
  readonly startedAt?: number | undefined;
  readonly committedAt?: number | undefined;
  /** When its last output was done, or it failed; of a deployed application when its last stage was. */
  readonly endedAt?: number | undefined;
  /** From due to begun. */
  readonly schedulingDelay?: number | undefined;
  /** From begun to the end of the last output. */
  readonly processingTime?: number | undefined;
  readonly totalDelay?: number | undefined;
  readonly lagMillis: number;
  readonly tasks: number;
  /** Attempts that failed, were lost or were throttled. */
  readonly failedAttempts: number;
  /** Attempts that were started beside one that took long. */
  readonly hedges: number;
  readonly shuffleBytes: number;
  readonly stateKeys: number;
  /** Output operations done, and in all. */
  readonly outputsDone: number;
  readonly outputs: number;
  /** Dollars. */
  readonly cost?: number | undefined;
  /** First line of what went wrong. */
  readonly error?: string | undefined;
}

/** An output operation in a batch. */
export interface OutputView {
  readonly id: number;
  readonly uid: string;
  readonly kind: string;
  /** `skipped`: not run, because the batch failed before. */
  readonly status: "waiting" | "processing" | "completed" | "failed" | "skipped";
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  readonly duration?: number | undefined;
  /** What makes it exactly once where the other side knows tokens: `job/batch/operation`. */
  readonly token: string;
  readonly error?: ErrorView | undefined;
  /** How often it failed and was tried again; absent where that is not known. */
  readonly retries?: number | undefined;
  /** Why it was tried again last. */
  readonly retriedFor?: string | undefined;
}

/** The page of a batch. */
export interface BatchView extends BatchSummary {
  /** `position` is absent before the first record, and at the end of a closed shard. */
  readonly inputs: readonly InputRecord[];
  readonly stages: readonly StageRecord[];
  readonly state: readonly StateRecord[];
  readonly outputOperations: readonly OutputView[];
  /** Totals after the batch, by name, as text. */
  readonly accumulators: Readonly<Record<string, string>>;
  readonly costs?: CostView | undefined;
  readonly failure?: ErrorView | undefined;
  /** The command that runs the batch again on this machine, changing nothing; absent when its data is not kept. */
  readonly replay?: string | undefined;
}

/** Batches of a minute that are not kept one by one any more. */
export interface MinuteView {
  /** When the minute begins. */
  readonly from: number;
  readonly batches: number;
  readonly failed: number;
  readonly records: number;
  readonly bytes: number;
  /** Sums over its batches: divided by {@link batches} they are means. */
  readonly schedulingDelay: number;
  readonly processingTime: number;
  readonly totalDelay: number;
  /** The longest of its batches. */
  readonly maxProcessingTime: number;
  readonly maxTotalDelay: number;
  readonly maxLagMillis: number;
  readonly cost: number;
}

/** All batches that are known: what a page begins with. */
export interface TimelineView {
  readonly version: typeof VIEW_VERSION;
  /** Oldest first: before the first of {@link batches}. */
  readonly minutes: readonly MinuteView[];
  /** Oldest first, waiting ones not included. */
  readonly batches: readonly BatchSummary[];
}

/** An operator of the program. */
export interface GraphNodeView {
  readonly uid: string;
  /** `map`, `updateStateByKey`, `kinesisStream`, `print`, ... */
  readonly kind: string;
  readonly role: "input" | "operator" | "stateful" | "window" | "output";
  /** Uids of the streams it is made from. */
  readonly parents: readonly string[];
  /** Milliseconds between its RDDs; of an output: of its stream. */
  readonly slide: number;
  /** What an input reads: stream, directory, queue. */
  readonly source?: string | undefined;
  /** Of windows. */
  readonly windowLength?: number | undefined;
}

/** The operators on which some output depends; parents before children. */
export interface GraphView {
  readonly version: typeof VIEW_VERSION;
  readonly nodes: readonly GraphNodeView[];
}

/** What a batch sent through an operator; made by `flowOf`. */
export interface NodeFlow {
  readonly status: "idle" | "ok" | "slow" | "failed" | "running";
  /** Read by an input. */
  readonly records?: number | undefined;
  readonly bytes?: number | undefined;
  readonly lagMillis?: number | undefined;
  /** Of the stage that did the operator's work; several operators may share it. */
  readonly millis?: number | undefined;
  readonly tasks?: number | undefined;
  readonly stage?: number | undefined;
  /** Keys with state, and the stored size of it. */
  readonly keys?: number | undefined;
  readonly stateBytes?: number | undefined;
}

/** Keyed state of an operator. */
export interface StateOperatorView {
  readonly uid: string;
  readonly kind: string;
  readonly keys: number;
  readonly bytes: number;
  readonly partitions: readonly { readonly partition: number; readonly keys: number; readonly bytes: number }[];
}

/** State as of a batch: `/api/v1/state`. */
export interface StateView {
  readonly batch: number;
  /** Batches as of which state can be read, newest first. */
  readonly batches: readonly number[];
  readonly operators: readonly StateOperatorView[];
}

/** What a key's state is: `/api/v1/state/{uid}/key`. */
export interface StateKeyView {
  readonly uid: string;
  readonly batch: number;
  /** As text: how the program would write it. */
  readonly key: string;
  readonly partition: number;
  readonly found: boolean;
  readonly value?: string | undefined;
  readonly bytes?: number | undefined;
}

/** Keys with much state: `/api/v1/state/{uid}/biggest`; and keys that begin with a text: `/api/v1/state/{uid}/keys`. */
export interface StateKeysView {
  readonly uid: string;
  readonly batch: number;
  readonly keys: readonly {
    readonly key: string;
    readonly partition: number;
    readonly bytes: number;
    readonly value: string;
  }[];
  /** Keys that were looked at; fewer than all when reading was ended at {@link truncated}. */
  readonly scanned: number;
  readonly truncated: boolean;
}

/**
 * Server-sent events of `/events`. Each has the id `<run>-<revision>`; a page that comes back with it as Last-Event-ID gets what
 * has changed since, or `timeline` when that is not known.
 *
 * - `app`: {@link AppView}, when it has changed, at most twice a second
 * - `graph`: {@link GraphView}, once at the beginning
 * - `timeline`: {@link TimelineView}, at the beginning: instead of everything before
 * - `batches`: {@link BatchSummary}[], those that have changed; replaces those of the same time
 * - `batch`: {@link BatchView}, of batches that failed: they can be looked at when the application and this server are gone
 * - `ended`: nothing comes any more, and the server goes
 */
export interface ServerEvents {
  readonly app: AppView;
  readonly graph: GraphView;
  readonly timeline: TimelineView;
  readonly batches: readonly BatchSummary[];
  readonly batch: BatchView;
  readonly ended: { readonly state: AppState };
}
