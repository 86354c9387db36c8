/** What the page asks the server for, piece by piece: the batches that are looked at. */
import type { BatchSummary, BatchView } from "../../../../shared/monitor/view.js";
import { getJson } from "./api.js";

/** So many are remembered. */
const KEEP = 30;
/** A batch that goes on changing, and the newest one, which is another one all the time, are asked for no more often. */
const PAUSE_MILLIS = 500;

interface Entry {
  view: BatchView | undefined;
  error: string | undefined;
  isLoading: boolean;
  /** What was known of the batch when it was asked for. */
  summary: BatchSummary | undefined;
  askedAt: number;
}

export class BatchDetails {
  readonly #changed: () => void;
  readonly #entries = new Map<number, Entry>();
  #newest: BatchView | undefined;
  #newestAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param changed called when there is something new to be shown. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** What is known of a batch so far; asks for it, and again when its summary has changed since. */
  of(time: number, summary: BatchSummary | undefined): Pick<Entry, "view" | "error"> {
    const entry = this.#entries.get(time) ?? this.#add(time);
    const isStale = entry.askedAt === 0 || entry.summary !== summary;
    if (isStale && !entry.isLoading) {
      const wait = entry.askedAt + PAUSE_MILLIS - Date.now();
      entry.isLoading = true;
      setTimeout(() => void this.#load(time, entry, summary), Math.max(0, wait));
    }
    return entry;
  }

  /** What is known already. */
  peek(time: number): BatchView | undefined {
    return this.#entries.get(time)?.view;
  }

  /** The server tells of failed batches unasked: it may be gone when somebody wants to know. */
  put(view: BatchView): void {
    (this.#entries.get(view.time) ?? this.#add(view.time)).view = view;
  }

  /** Of the newest batch; of the one that was the newest before, while it is on its way. */
  newest(summary: BatchSummary): BatchView | undefined {
    const wait = this.#newestAt + PAUSE_MILLIS - Date.now();
    if (wait > 0 && this.#newest !== undefined && summary.time !== this.#newest.time) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#changed();
      }, wait);
      return this.#newest;
    }
    const { view } = this.of(summary.time, summary);
    if (view !== undefined && view !== this.#newest) {
      this.#newest = view;
      this.#newestAt = Date.now();
    }
    return this.#newest;
  }

  #add(time: number): Entry {
    const entry: Entry = { view: undefined, error: undefined, isLoading: false, summary: undefined, askedAt: 0 };
    this.#entries.set(time, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= KEEP) break;
      this.#entries.delete(oldest);
    }
    return entry;
  }

  async #load(time: number, entry: Entry, summary: BatchSummary | undefined): Promise<void> {
    entry.summary = summary;
    entry.askedAt = Date.now();
    const reply = await getJson<BatchView>(`/api/v1/app/batches/${time}`);
    entry.isLoading = false;
    if (reply.ok) [entry.view, entry.error] = [reply.value, undefined];
    else entry.error = reply.error;
    this.#changed();
  }
}
