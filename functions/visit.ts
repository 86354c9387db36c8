/** How often the schedule starts a scheduler, milliseconds: the shortest rate there is. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const TICK_MILLIS = 60_000;

/**
 * Time kept back at the end of an invocation, milliseconds: the batch that has begun, and the outputs of the one before,
 * are to be done before Lambda ends the function. Longer batches are cut off then; the next scheduler does them again.
 */
export const RESERVE_MILLIS = 60_000;

/** A batch that is due within so many milliseconds is waited for even if the schedule would bring a scheduler for it. */
const PATIENCE_MILLIS = 5_000;

/** How a scheduler uses the time that an invocation gives it. */
export interface Visit {
  /** It begins no batch, and waits for none, after so many milliseconds. */
  readonly leaveAfterMillis: number;
  /** Whether it starts its successor when its time is up; otherwise the next tick does. */
  readonly handsOver: boolean;
}

/** What is known of the application when a visit begins. */
export interface Visited {
  /** Interval of the batches, milliseconds. */
  readonly batchDuration: number;
  /** False until its first batch has been committed. */
  readonly hasBatches: boolean;
}

/**
 * With batches less than a minute apart, one scheduler after the other waits from batch to batch, and each starts the next.
 *
 * With batches a minute or more apart, waiting would cost more than the work: the schedule's ticks, one a minute, do the
 * batches that are due by then, each at most a minute late, and nothing runs in between. Only the very first batch is
 * waited for from one tick to the next: the time before it exists nowhere but in the scheduler that waits for it.
 *
 * @param usable what the invocation can still be used for, milliseconds; see {@link usableMillis}.
 */
export function visitOf({ batchDuration, hasBatches }: Visited, usable: number): Visit {
  if (batchDuration < TICK_MILLIS) return { leaveAfterMillis: usable, handsOver: true };
  const patience = hasBatches ? PATIENCE_MILLIS : TICK_MILLIS + PATIENCE_MILLIS;
  return { leaveAfterMillis: Math.min(usable, patience), handsOver: false };
}

/** What an invocation can be used for, of the time it has; a function with a short time-out keeps half of it back. */
export function usableMillis(remainingMillis: number): number {
  return Math.max(0, remainingMillis - Math.min(RESERVE_MILLIS, remainingMillis / 2));
}
