/** The application as it was when a batch was its newest: what is shown while scrubbing back. */
import { figuresOf } from "../../../../shared/monitor/app-figures.js";
import type { AppView, BatchSummary } from "../../../../shared/monitor/view.js";
import { indexFrom, isOver } from "./batch-list.js";

/** So many batches are what "now" means; the same as of the live figures. */
const RECENT = 20;

export interface Moment {
  readonly app: AppView;
  readonly batches: readonly BatchSummary[];
}

/** Totals are those of now without what came later; figures of "now" are made of the batches before. */
export function asOf({ app, batches }: Moment, time: number): Moment {
  const index = indexFrom(batches, time + 1);
  const [before, later] = [batches.slice(0, index), batches.slice(index).filter(isOver)];
  const ended = before.filter(isOver).slice(-RECENT);
  const last = ended[ended.length - 1];
  const costs = ended.map(({ cost = 0 }) => ({ total: cost, services: { all: cost } }));
  const laterCost = sum(later, ({ cost }) => cost ?? 0);
  const laterRecords = sum(later, ({ records }) => records);
  const failed = later.filter(({ status }) => status === "failed").length;
  return {
    batches: before,
    app: {
      ...app,
      ...figuresOf(ended, costs, app.batchDuration, 0),
      state: last?.status === "failed" && app.state === "failed" ? "failed" : "running",
      now: last?.endedAt ?? time,
      records: app.records - laterRecords,
      processedRecords: app.processedRecords - laterRecords,
      batches: {
        ...app.batches,
        completed: app.batches.completed - (later.length - failed),
        failed: app.batches.failed - failed,
        waiting: 0,
        processing: 0,
      },
      cost: app.cost && { total: Math.max(0, app.cost.total - laterCost), services: {} },
    },
  };
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
