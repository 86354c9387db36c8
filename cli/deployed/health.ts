/** How a deployed application is, as its head and newest batch tell. */
import type { Head } from "../../shared/checkpoint/index.js";

/**
 * `new`: no scheduler has begun yet. `running`: a scheduler is at work, or the next is due. `asleep`: nothing to do; each tick
 * looks for records. `draining`, `stopping`: told to stop, not yet done. `stopped`: by an operator. `standing`: it should run
 * and does not.
 */
export type Health = "new" | "running" | "asleep" | "draining" | "stopping" | "stopped" | "standing";

/** How often the deployment's schedule starts a scheduler when none is at work, milliseconds. */
export const TICK_MILLIS = 60_000;

/** So many ticks without a batch mean that ticks do not help. */
const PATIENT_TICKS = 2;

/** From one scheduler to the next nobody has the lease for a moment, milliseconds: that is not sleep. */
const HAND_OVER_MILLIS = 10_000;

/** The newest batch, as far as it matters here. */
export interface NewestBatch {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  readonly batchDuration: number;
  /** Set when the batch had nothing to do and left nothing to do. */
  readonly quietSince: number | undefined;
}

/** @param now epoch milliseconds. */
export function healthOf(head: Head | undefined, batch: NewestBatch | undefined, now: number): Health {
  if (head === undefined) return "new";
  const isAlive = head.expires > now;
  if (head.desired === "drain") return "draining";
  if (head.desired === "stop") return isAlive ? "stopping" : "stopped";
  if (isAlive) return "running";
  if (head.token === 0) return "new";
  // Whoever leaves in good order gives the lease up; one that has run out was left by a scheduler that died.
  if (head.expires > 0 || batch === undefined) return "standing";
  const overdue = now - batch.time - batch.batchDuration;
  if (overdue > PATIENT_TICKS * TICK_MILLIS) return "standing";
  // With a minute or more from batch to batch nobody is at work in between, asleep or not.
  const rests = batch.batchDuration < TICK_MILLIS && overdue > HAND_OVER_MILLIS;
  return rests && batch.quietSince !== undefined ? "asleep" : "running";
}

/** What each of them means to an operator, and what to do. */
export const MEANING: Readonly<Record<Health, string>> = {
  new: "no scheduler has begun yet; the schedule starts one within a minute",
  running: "it makes batches",
  asleep: "no records come; each tick of the schedule looks for some",
  draining: "it processes what has arrived, then it stops",
  stopping: "it stops after the batch that runs",
  stopped: "an operator has stopped it; `sluice start` goes on where it was",
  standing:
    "it should run and does not: its scheduler has died or fails, and the log of the scheduler function says why",
};

/** Whether everything is as it is meant to be. */
export function isHealthy(health: Health): boolean {
  return health !== "standing";
}
