/**
 * Sends requests to executors until one succeeds. Attempts may be doubled (hedged) when one takes much longer than its
 * siblings: whatever two attempts of a task write has different names, and only the first reply is used.
 */
import type { AttemptRecord } from "../checkpoint/index.js";
import { ExecutorLostError, SluiceError, ThrottledError } from "../errors/index.js";
import { deserializeError, type ExecutorReply, type ExecutorRequest } from "../executor/index.js";
import type { Clock, Invoker, Target } from "../ports/index.js";
import { defaultHedging, type HedgePolicy, StageWatch } from "./stage-watch.js";

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

/** Why the other attempt is cancelled when one has succeeded. */
const DONE = "done";
/** What there is instead of a result when a call is to be hurried. */
const STRAGGLES = Symbol("straggles");

export class TaskRunner {
  readonly #invoker: Invoker;
  readonly #clock: Clock;
  readonly #hedging: HedgePolicy | undefined;
  /** Attempts that were given up, until nothing of them is under way. */
  readonly #abandoned = new Set<Promise<void>>();
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

  /** Waits until nothing of attempts that were given up is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#abandoned);
  }

  /** Watches the calls of a stage for stragglers; `undefined` where a second attempt would never be made. */
  watch(calls: number): StageWatch | undefined {
    if (this.#hedging === undefined || this.#invoker.parallelism === 1 || calls < 2) return undefined;
    return new StageWatch(this.#clock, this.#hedging, calls);
  }

  /**
   * The reply of the first attempt that succeeds.
   * @param watch Of the stage, if a second attempt may be made while the first one is under way.
   * @param log Is told of every attempt.
   * @throws the error of the last one when none does.
   */
  async run<R>(target: Target, request: ExecutorRequest, watch?: StageWatch, log: AttemptRecord[] = []): Promise<R> {
    return watch === undefined
      ? this.#attempts<R>(target, request, { log, hedge: false })
      : this.#hedged<R>(target, request, watch, log);
  }

  async #hedged<R>(target: Target, request: ExecutorRequest, watch: StageWatch, log: AttemptRecord[]): Promise<R> {
    const cancel = new AbortController();
    let hurry = (_: typeof STRAGGLES): void => {};
    const straggles = new Promise<typeof STRAGGLES>((resolve) => {
      hurry = resolve;
    });
    const ended = watch.begin(() => hurry(STRAGGLES));
    let succeeded = false;
    try {
      const attempt = this.#attempts<R>(target, request, { log, hedge: false, signal: cancel.signal });
      const first = await Promise.race([attempt, straggles]);
      const result = first === STRAGGLES ? await this.#doubled(attempt, request, cancel, log) : first;
      succeeded = true;
      return result;
    } finally {
      ended(succeeded);
    }
  }

  /** A second attempt beside the first. It goes elsewhere: a slot that hangs would hang again. */
  async #doubled<R>(
    first: Promise<R>,
    request: ExecutorRequest,
    cancel: AbortController,
    log: AttemptRecord[],
  ): Promise<R> {
    const second = this.#attempts<R>({ type: "any" }, request, { log, hedge: true, signal: cancel.signal });
    try {
      return await firstToSucceed([first, second]);
    } finally {
      cancel.abort(DONE);
      for (const attempt of [first, second]) this.#abandon(attempt);
    }
  }

  #abandon(attempt: Promise<unknown>): void {
    const forget = (): void => void this.#abandoned.delete(gone);
    const gone: Promise<void> = attempt.then(forget, forget);
    this.#abandoned.add(gone);
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
        if (signal?.aborted) throw failure;
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

/** @throws the first one's error when none succeeds. */
function firstToSucceed<R>(attempts: readonly Promise<R>[]): Promise<R> {
  return Promise.any(attempts).catch((error: AggregateError) => {
    throw error.errors[0];
  });
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
