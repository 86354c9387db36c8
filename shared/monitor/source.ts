import type { AppView, BatchSummary, BatchView, GraphView, TimelineView } from "./view.js";

/** Where views come from: a running application's history, or the checkpoint of a deployed one. */
export interface MonitorSource {
  /** Differs from one process to the next. */
  readonly run: string;
  /** Grows with every change. */
  readonly revision: number;
  app(): AppView;
  /** Empty when the program is not known. */
  graph(): GraphView;
  timeline(): TimelineView;
  /** Newest first, waiting ones included. */
  batches(): readonly BatchSummary[];
  /** Batches that changed after a revision, oldest first; `undefined` when too much has changed to tell. */
  changedSince(revision: number): readonly BatchSummary[] | undefined;
  /** `undefined` for a batch that is not known, or not any more. */
  batch(time: number): BatchView | undefined;
  /** Calls the listener after changes, until the function it returns is called. Be quick: it may run between a driver's steps. */
  subscribe(listener: () => void): () => void;
}
