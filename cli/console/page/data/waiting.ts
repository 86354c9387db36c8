/** Batches that are due and not begun: nothing more is known of them, so the server sends their number only. */
import type { AppView, BatchSummary } from "../../../../shared/monitor/view.js";

/** Most rows that are made of a number. */
const MOST = 1000;

/** @param newest time of the newest batch that has begun. */
export function waitingBatches(app: AppView, newest: number | undefined): readonly BatchSummary[] {
  const { batchDuration, batches, now } = app;
  if (newest === undefined) return [];
  const due = Math.floor((now - newest) / batchDuration);
  // Where missed batches are put together, the one that waits has the latest of their times.
  const together = batches.waiting === 1 && due > 1;
  return Array.from({ length: Math.min(MOST, batches.waiting) }, (_, i) =>
    queued(newest + (together ? due : i + 1) * batchDuration),
  );
}

function queued(time: number): BatchSummary {
  return {
    time,
    status: "queued",
    records: 0,
    bytes: 0,
    inputRate: 0,
    submittedAt: time,
    lagMillis: 0,
    tasks: 0,
    failedAttempts: 0,
    hedges: 0,
    shuffleBytes: 0,
    stateKeys: 0,
    outputsDone: 0,
    outputs: 0,
  };
}
