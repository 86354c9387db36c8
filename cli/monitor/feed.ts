import type { AppView, BatchSummary } from "../../shared/monitor/index.js";

/** What a monitor is told, piece by piece. */
export interface MonitorNews {
  readonly app?: AppView;
  /** Those that have changed. */
  readonly batches?: readonly BatchSummary[];
  /** Why nothing comes at the moment; `undefined` again with the next news. */
  readonly trouble?: string;
}

/** Where the news come from. */
export interface MonitorFeed {
  /** Where that is, in words. */
  readonly place: string;
  /** Tells news until the application has ended or the signal aborts. @throws when there is nothing to follow. */
  follow(tell: (news: MonitorNews) => void, signal: AbortSignal): Promise<void>;
}
