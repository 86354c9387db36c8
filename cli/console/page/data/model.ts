/** What the page knows: what the server tells, and at which moment the reader looks. */
import type { AppView, BatchSummary, GraphView, MinuteView, TimelineView } from "../../../../shared/monitor/view.js";
import { asOf, type Moment } from "./as-of.js";
import { mergeBatches } from "./batch-list.js";

/** Looking back: what was known when that began, so that nothing moves while one reads. */
interface Frozen {
  readonly moment: Moment;
  readonly time: number;
}

export class Model {
  graph: GraphView | undefined;
  minutes: readonly MinuteView[] = [];
  connected = false;
  #app: AppView | undefined;
  #batches: readonly BatchSummary[] = [];
  #frozen: Frozen | undefined;
  #shown: Moment | undefined;

  /** What is to be shown; absent before the server told anything. */
  get shown(): Moment | undefined {
    if (this.#app === undefined) return undefined;
    this.#shown ??=
      this.#frozen === undefined
        ? { app: this.#app, batches: this.#batches }
        : asOf(this.#frozen.moment, this.#frozen.time);
    return this.#shown;
  }

  /** All batches that can be scrubbed through. */
  get scrubbed(): readonly BatchSummary[] {
    return this.#frozen?.moment.batches ?? this.#batches;
  }

  /** All batches, whatever is looked at. */
  get known(): readonly BatchSummary[] {
    return this.#batches;
  }

  /** The batch at which the page stands still; absent when it is live. */
  get frozenAt(): number | undefined {
    return this.#frozen?.time;
  }

  /** Batches that came since the page stands still. */
  get missed(): number {
    const last = this.#frozen?.moment.batches.at(-1)?.time;
    return last === undefined ? 0 : this.#batches.filter(({ time }) => time > last).length;
  }

  setApp(app: AppView): void {
    this.#app = app;
    this.#forget();
  }

  setTimeline({ minutes, batches }: TimelineView): void {
    this.minutes = minutes;
    this.#batches = mergeBatches([], batches);
    this.#forget();
  }

  addBatches(changed: readonly BatchSummary[]): void {
    this.#batches = mergeBatches(this.#batches, changed);
    this.#forget();
  }

  /** Stands still at a batch, or goes on when there is none. */
  freeze(time: number | undefined): void {
    const moment = this.#frozen?.moment ?? (this.#app && { app: this.#app, batches: this.#batches });
    this.#frozen = time === undefined || moment === undefined ? undefined : { moment, time };
    this.#shown = undefined;
  }

  #forget(): void {
    if (this.#frozen === undefined) this.#shown = undefined;
  }
}
