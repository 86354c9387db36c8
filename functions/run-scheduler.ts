/**
 * A scheduler: what one invocation of the scheduler function does, on any ports.
 *
 * 1. It stands by while another one is alive; otherwise it runs the driver until its time is up, nothing is due, or it is stopped.
 * 2. Its successor is started when its time was up, and only if it has made a batch: one that cannot make any, because its
 *    time-out is shorter than the interval, would otherwise be followed by others like it without a pause.
 * 3. When it returns nothing of it is under way any more.
 */
import { IN_PLACE_BATCH_BYTES, IN_PLACE_INLINE_BYTES, InFlight, InPlaceReads } from "../shared/aws/index.js";
import { BatchFailedError, FencedError } from "../shared/errors/index.js";
import { InProcessInvoker, PreparedCache } from "../shared/executor/index.js";
import type { DriverPorts, ExecutorPorts, Invoker } from "../shared/ports/index.js";
import { Driver, type Ended, SWEEP_INTERVAL_MILLIS } from "../shared/scheduler/index.js";
import { StateCache } from "../shared/state/index.js";
import { type BatchListener, tellAll } from "../shared/streaming/index.js";
import { CallWatch } from "./call-watch.js";
import type { Expenses } from "./expenses.js";
import { INLINE_BYTES } from "./inline-bytes.js";
import { BatchMetrics, type MetricSink } from "./metrics.js";
import type { Program } from "./program.js";
import { settle } from "./settle.js";
import { usableMillis, visitOf } from "./visit.js";

/** Longest wait for calls that are under way when everything is done, milliseconds: those of cancelled attempts. */
const SETTLE_MILLIS = 10_000;

/** Longest wait for traces that are not sent yet, milliseconds. */
const TRACES_MILLIS = 2_000;

/** How often the successor's start is tried: without it the application pauses until the next tick. */
const HAND_OVER_ATTEMPTS = 3;
/** Pause between two of them, milliseconds. */
const HAND_OVER_PAUSE_MILLIS = 1_000;

/** What a scheduler is made of. */
export interface SchedulerParts {
  readonly program: Program;
  readonly codeVersion: string;
  readonly ports: Omit<DriverPorts, "invoker">;
  /** Makes the way to the executors; `inPlace` runs requests in the scheduler itself. */
  readonly executors: (ports: ExecutorPorts, inPlace: Invoker) => Invoker;
  readonly startSuccessor: () => Promise<void>;
  readonly metrics: MetricSink;
  readonly expenses: Expenses;
  readonly traces?: SchedulerTraces;
  /** Is told the batch that begins, for the log. */
  readonly onBatch?: (batchTime: number) => void;
}

/** Makes traces of batches, and sends them beside the batches. */
export interface SchedulerTraces {
  readonly listener: BatchListener;
  /** Waits until all are sent, but at most so long. */
  flush(mostMillis: number): Promise<void>;
}

/** What the scheduler function answers: for people and tests, nobody else waits for it. */
export interface SchedulerReply {
  /** As the driver's, but `idle` also when the next batch is a matter for a later tick; `fenced`: another one took over. */
  readonly ended: Ended | "fenced";
  /** Batches that were committed. */
  readonly batches: number;
}

/** Lives as long as its process: what it knows of streams, state and lineages is warm in the next invocation. */
export class Scheduler {
  readonly #parts: SchedulerParts;
  readonly #calls = new InFlight();
  readonly #prepared = new PreparedCache();
  readonly #ports: DriverPorts;
  readonly #watch: CallWatch;

  constructor(parts: SchedulerParts) {
    const { program, codeVersion, executors } = parts;
    const { blocks, table, streams, files, clock, ids, console } = parts.ports;
    this.#parts = parts;
    const ports = { ...this.#calls.track({ blocks, table, streams, files }), clock, ids };
    const environment = {
      ports,
      graph: program.graph,
      codeVersion,
      state: new StateCache(),
      prepared: this.#prepared,
      inlineBytes: INLINE_BYTES,
      allocate: (bytes: number) => new Uint8Array(bytes),
    };
    const reader = new InProcessInvoker({ ...environment, inlineBytes: IN_PLACE_INLINE_BYTES });
    const { invoker } = this.#calls.track({ invoker: executors(ports, new InProcessInvoker(environment)) });
    this.#watch = new CallWatch(new InPlaceReads(invoker, reader));
    this.#ports = { ...ports, console, invoker: this.#watch };
    program.listeners.attach(console);
  }

  /**
   * One invocation.
   * @param remainingMillis what it has left.
   * @throws {BatchFailedError} {OutputFailedError} and whatever else ended the driver, but being replaced.
   */
  async run(remainingMillis: () => number): Promise<SchedulerReply> {
    const { expenses, metrics: sink, ports } = this.#parts;
    expenses.begin();
    const metrics = new BatchMetrics(sink, () => ({ ...this.#watch.take(), ...expenses.take() }));
    const outcome = await this.#run(metrics, remainingMillis);
    const callsLeftBehind = await settle(this.#calls, ports, remainingMillis(), SETTLE_MILLIS);
    // The successor is at work by now, and Lambda freezes this one as soon as it has returned.
    await this.#parts.traces?.flush(Math.max(0, Math.min(TRACES_MILLIS, remainingMillis() - TRACES_MILLIS)));
    metrics.ended({ callsLeftBehind }, outcome.error);
    expenses.end();
    if (outcome.error !== undefined) throw outcome.error;
    return { ended: outcome.ended, batches: metrics.batches };
  }

  async #run(
    metrics: BatchMetrics,
    remainingMillis: () => number,
  ): Promise<{ readonly ended: SchedulerReply["ended"]; readonly error?: unknown }> {
    const { console } = this.#ports;
    try {
      const ended = await this.#visit(metrics, remainingMillis);
      if (ended !== "handed-over") return { ended };
      if (metrics.batches > 0) await this.#handOver();
      else
        console.log(
          "warn",
          "The scheduler's time was up before its first batch; the next tick of the schedule goes on.",
        );
      return { ended };
    } catch (error) {
      if (error instanceof FencedError) {
        console.log("info", error.message);
        return { ended: "fenced" };
      }
      // Batches that were passed over have been reported, one by one.
      if (error instanceof BatchFailedError && this.#parts.program.app.options.onBatchFailure === "skip") {
        return { ended: "stopped" };
      }
      console.log("error", `The scheduler ends: ${error instanceof Error ? error.message : String(error)}`, { error });
      return { ended: "stopped", error };
    }
  }

  async #visit(metrics: BatchMetrics, remainingMillis: () => number): Promise<Ended> {
    const { program, onBatch, traces } = this.#parts;
    const { clock } = this.#ports;
    const { batchDuration } = program.app.options;
    const leaveAt = clock.monotonic() + usableMillis(remainingMillis());
    const listener = tellAll([
      metrics,
      { onBatchStarted: ({ time }) => onBatch?.(time) },
      program.listeners,
      traces?.listener,
    ]);
    // Nobody knows before the head has been read, which the driver does.
    let hasBatches = true;
    for (;;) {
      const usable = leaveAt - clock.monotonic();
      const visit = visitOf({ batchDuration, hasBatches }, usable);
      const driver = this.#driver(listener, visit.leaveAfterMillis);
      const ended = await driver.run();
      if (ended !== "handed-over" || visit.handsOver) return ended;
      const time = driver.manifest?.time;
      const isFirstToCome = time === undefined && hasBatches;
      const isOverdue = time !== undefined && time + batchDuration <= clock.now();
      if (usable <= 0 || !(isFirstToCome || isOverdue)) return "idle";
      hasBatches = time !== undefined;
    }
  }

  #driver(listener: BatchListener, leaveAfterMillis: number): Driver {
    const { program, codeVersion } = this.#parts;
    return new Driver({
      graph: program.graph,
      options: program.app.options,
      codeVersion,
      ports: this.#ports,
      prepared: this.#prepared,
      listener,
      collapseBytes: IN_PLACE_BATCH_BYTES,
      competing: true,
      sweepEvery: SWEEP_INTERVAL_MILLIS,
      leaveAfterMillis,
    });
  }

  async #handOver(): Promise<void> {
    const { clock, console } = this.#ports;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#parts.startSuccessor();
      } catch (error) {
        if (attempt === HAND_OVER_ATTEMPTS) {
          console.log("error", "The next scheduler could not be started; the next tick of the schedule will.", {
            error,
          });
          return;
        }
        await clock.sleep(HAND_OVER_PAUSE_MILLIS);
      }
    }
  }
}
