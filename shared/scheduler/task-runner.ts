/**
 * Sends requests to executors until one succeeds. Attempts may be doubled (hedged) when one takes much longer than its
 * siblings: whatever two attempts of a task write has different names, and only the first reply is used.
 */
import type { AttemptRecord } from "../checkpoint/index.js";
import { ExecutorLostError, SluiceError, ThrottledError } from "../errors/index.js";
import { deserializeError, type ExecutorReply, type ExecutorRequest } from "../executor/index.js";
import type { Clock, Invoker, Target } from "../ports/index.js";

/** Equal failures after which an error is taken to be the program's and not the world's. */
export const MAX_EQUAL_FAILURES = 3;
/** And failures of whatever kind after which a task is given up: messages may differ each time, by a clock in them. */
const MAX_FAILURES = 8;
/** Attempts at a task whose executors die. */
const MAX_LOST_ATTEMPTS = 4;
/** First and longest pause after a throttled call, milliseconds. */
const THROTTLE_PAUSE = { first: 50, longest: 5_000 } as const;
/** How often throttling is tolerated for one task before the batch is given up for now. */
const MAX_THROTTLES = 60;

/** When a second attempt is started beside a slow first one. */
export interface HedgePolicy {
  /** Never before this, milliseconds. */
  readonly afterMillis: number;
  /** And not before so many times the median duration of the stage's finished tasks. */
  readonly medianFactor: number;
}

export const defaultHedging: HedgePolicy = { afterMillis: 2_000, medianFactor: 3 };

/** What is known of the sibling tasks of a stage. */
export class StageProgress {
  readonly total: number;
  readonly #durations: number[] = [];

  constructor(total: number) {
    this.total = total;
  }

  finished(millis: number): void {
    this.#durations.push(millis);
  }

  /** Milliseconds after which a task counts as a straggler; `undefined` while too few siblings have finished. */
  stragglerAfter(policy: HedgePolicy): number | undefined {
    if (this.#durations.length * 2 < this.total) return undefined;
    const sorted = [...this.#durations].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    return Math.max(policy.afterMillis, policy.medianFactor * median);
  }
}

/** Why attempts are cancelled when one has succeeded. A reason of our own saves making an exception with a stack for each task. */
const DONE = "done";

export class TaskRunner {
  readonly #invoker: Invoker;
  readonly #clock: Clock;
  readonly #hedging: HedgePolicy | undefined;
  #answers = 0;

  constructor(invoker: Invoker, clock: Clock, hedging: HedgePolicy | undefined = defaultHedging) {
    this.#invoker = invoker;
    this.#clock = clock;
    this.#hedging = hedging;
  }

  get parallelism(): number {
    return this.#invoker.parallelism;
  }

  /** How many replies have come, of whatever kind: grows as long as executors get things done. */
  get answers(): number {
    return this.#answers;
  }

  /**
   * The reply of the first attempt that succeeds.
   * @param log Is told of every attempt.
   * @throws the error of the last one when none does.
   */
  async run<R>(
    target: Target,
    request: ExecutorRequest,
    progress?: StageProgress,
    log: AttemptRecord[] = [],
  ): Promise<R> {
    const started = this.#clock.monotonic();
    const result =
      this.#hedging === undefined || progress === undefined || this.#invoker.parallelism === 1
        ? await this.#attempts<R>(target, request, { log, hedge: false })
        : await this.#hedged<R>(target, request, progress, this.#hedging, started, log);
    progress?.finished(this.#clock.monotonic() - started);
    return result;
  }

  async #hedged<R>(
    target: Target,
    request: ExecutorRequest,
    progress: StageProgress,
    policy: HedgePolicy,
    started: number,
    log: AttemptRecord[],
  ): Promise<R> {
    const cancel = new AbortController();
    try {
      const first = this.#attempts<R>(target, request, { log, hedge: false, signal: cancel.signal });
      return await this.#firstOfTwo(first, request, progress, policy, started, cancel.signal, log);
    } finally {
      cancel.abort(DONE);
    }
  }

  async #firstOfTwo<R>(
    first: Promise<R>,
    request: ExecutorRequest,
    progress: StageProgress,
    policy: HedgePolicy,
    started: number,
    signal: AbortSignal,
    log: AttemptRecord[],
  ): Promise<R> {
    let settled = false;
    const done = first.finally(() => {
      settled = true;
    });
    done.catch(() => {});
    for (;;) {
      const after = progress.stragglerAfter(policy) ?? policy.afterMillis;
      const elapsed = this.#clock.monotonic() - started;
      if (elapsed >= after && progress.stragglerAfter(policy) !== undefined) break;
      await Promise.race([
        done.catch(() => {}),
        this.#clock.sleep(Math.max(after - elapsed, policy.afterMillis / 4), signal),
      ]);
      if (settled) return done;
    }
    // The second attempt goes elsewhere: a slot that hangs would hang again.
    return Promise.any([done, this.#attempts<R>({ type: "any" }, request, { log, hedge: true, signal })]).catch(
      (error: unknown) => {
        throw error instanceof AggregateError ? error.errors[0] : error;
      },
    );
  }

  async #attempts<R>(
    target: Target,
    request: ExecutorRequest,
    { log, hedge, signal }: { readonly log: AttemptRecord[]; readonly hedge: boolean; readonly signal?: AbortSignal },
  ): Promise<R> {
    let lost = 0;
    let throttled = 0;
    let failures = 0;
    let equal = 0;
    let lastFailure = "";
    for (;;) {
      let failure: Error;
      const startedAt = this.#clock.now();
      const began = this.#clock.monotonic();
      const ended = (outcome: AttemptRecord["outcome"], error?: Error): void => {
        const millis = this.#clock.monotonic() - began;
        log.push({ startedAt, millis, hedge, outcome, executor: executorOf(target), error: error?.message });
      };
      try {
        const reply = (await this.#invoker.invoke(target, request, signal)) as ExecutorReply<R>;
        this.#answers += 1;
        if (reply.ok) {
          ended(signal?.aborted ? "abandoned" : "done");
          return reply.result;
        }
        failure = deserializeError(reply.error);
      } catch (error) {
        failure = error as Error;
      }
      ended(signal?.aborted ? "abandoned" : outcomeOf(failure), failure);
      if (signal?.aborted) throw failure;
      if (outcomeOf(failure) === "throttled") {
        throttled += 1;
        if (throttled >= MAX_THROTTLES) throw failure;
        await this.#clock.sleep(Math.min(THROTTLE_PAUSE.first * 2 ** (throttled - 1), THROTTLE_PAUSE.longest), signal);
      } else if (failure instanceof ExecutorLostError) {
        lost += 1;
        if (lost >= MAX_LOST_ATTEMPTS) throw failure;
      } else if (retryOf(failure) === "never") {
        throw failure;
      } else {
        failures += 1;
        equal = failure.message === lastFailure ? equal + 1 : 1;
        lastFailure = failure.message;
        if (equal >= MAX_EQUAL_FAILURES || failures >= MAX_FAILURES) throw failure;
      }
    }
  }
}

function outcomeOf(failure: Error): "failed" | "lost" | "throttled" {
  if (failure instanceof ThrottledError || retryOf(failure) === "pause") return "throttled";
  return failure instanceof ExecutorLostError ? "lost" : "failed";
}

function executorOf(target: Target): string {
  return target.type === "slot" ? `slot ${target.slot}` : target.type;
}

/** Errors that are not ours come from the world and are tried again. */
function retryOf(error: Error): string {
  return error instanceof SluiceError ? error.retry : "task";
}
