/** Batches in a table: filtered by status, sorted, page by page, so that ten thousand are as quick as ten. */
import type { BatchStatus, BatchSummary } from "../../../../shared/monitor/view.js";
import { type Child, h, type VNode } from "../dom/vnode.js";
import { bytes, clock, count, dateAndClock, duration, money, NONE, rate } from "../logic/format.js";
import { type Order, pageOf, reordered, sorted } from "../logic/paging.js";
import { batchHref } from "../logic/routes.js";
import { bar, numberCell, status } from "./parts.js";

const PAGE_SIZE = 50;

const FILTERS = ["all", "processing", "queued", "completed", "failed"] as const;
type Filter = (typeof FILTERS)[number];
const FILTER_NAMES: Readonly<Record<Filter, string>> = {
  all: "All",
  processing: "Running",
  queued: "Waiting",
  completed: "Completed",
  failed: "Failed",
};

interface BatchColumn {
  readonly id: string;
  readonly name: string;
  readonly title?: string;
  readonly of: (batch: BatchSummary) => number | string | undefined;
  readonly show: (batch: BatchSummary, scale: Scale) => Child;
}

/** What bars are drawn against. */
interface Scale {
  readonly batchDuration: number;
  readonly slowest: number;
}

const COLUMNS: readonly BatchColumn[] = [
  { id: "records", name: "Records", of: ({ records }) => records, show: ({ records }) => count(records) },
  { id: "rate", name: "Rate", of: ({ inputRate }) => inputRate, show: ({ inputRate }) => rate(inputRate) },
  { id: "bytes", name: "Size", of: (batch) => batch.bytes, show: (batch) => bytes(batch.bytes) },
  {
    id: "scheduling",
    name: "Scheduling delay",
    title: "From when it was due to when it began",
    of: ({ schedulingDelay }) => schedulingDelay,
    show: ({ schedulingDelay }) => duration(schedulingDelay),
  },
  {
    id: "processing",
    name: "Processing",
    title: "From its beginning to the end of its last output; red when longer than the interval",
    of: ({ processingTime }) => processingTime,
    show: processing,
  },
  {
    id: "total",
    name: "Total delay",
    of: ({ totalDelay }) => totalDelay,
    show: ({ totalDelay }) => duration(totalDelay),
  },
  { id: "lag", name: "Lag", of: ({ lagMillis }) => lagMillis, show: ({ lagMillis }) => duration(lagMillis) },
  {
    id: "tasks",
    name: "Tasks",
    title: "Tasks, and attempts that had to be made again",
    of: ({ tasks }) => tasks,
    show: ({ tasks, failedAttempts }) =>
      `${count(tasks)}${failedAttempts > 0 ? ` (${count(failedAttempts)} failed)` : ""}`,
  },
  {
    id: "outputs",
    name: "Outputs",
    title: "Output operations done, of all",
    of: ({ outputsDone }) => outputsDone,
    show: ({ outputsDone, outputs }) => `${outputsDone}/${outputs}`,
  },
  { id: "cost", name: "Cost", of: ({ cost }) => cost, show: ({ cost }) => money(cost) },
];

export class BatchTable {
  readonly #changed: () => void;
  #order: Order<string> = { column: "time", direction: "descending" };
  #filter: Filter = "all";
  #page = 0;
  /** Sorting is done once for one list in one order. */
  #sorted: { readonly of: readonly BatchSummary[]; readonly order: Order<string>; readonly filter: Filter } | undefined;
  #rows: readonly BatchSummary[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** @param batches oldest first. */
  view(batches: readonly BatchSummary[], waiting: readonly BatchSummary[], batchDuration: number): VNode {
    const rows = this.#rowsOf(batches, waiting);
    const page = pageOf(rows, this.#page, PAGE_SIZE);
    this.#page = page.page;
    return h(
      "div",
      { key: "batch-table" },
      this.#filters(batches, waiting),
      batchRows(page.rows, batchDuration, "Batches", {
        order: this.#order,
        onOrder: (column) => this.#set({ order: reordered(this.#order, column) }),
      }),
      pager(page, (next) => this.#set({ page: next })),
    );
  }

  #rowsOf(batches: readonly BatchSummary[], waiting: readonly BatchSummary[]): readonly BatchSummary[] {
    const [order, filter] = [this.#order, this.#filter];
    const of = waiting.length > 0 ? [...batches, ...waiting] : batches;
    if (this.#sorted?.of !== of || this.#sorted.order !== order || this.#sorted.filter !== filter) {
      const keyOf = COLUMNS.find(({ id }) => id === order.column)?.of ?? (({ time }: BatchSummary) => time);
      const kept = filter === "all" ? of : of.filter((batch) => batch.status === filter);
      this.#rows = sorted(kept, keyOf, order.direction);
      this.#sorted = { of, order, filter };
    }
    return this.#rows;
  }

  #filters(batches: readonly BatchSummary[], waiting: readonly BatchSummary[]): VNode {
    const counts: Record<BatchStatus, number> = { processing: 0, queued: waiting.length, completed: 0, failed: 0 };
    for (const batch of batches) counts[batch.status] += 1;
    return h(
      "div",
      { class: "filters", role: "group", "aria-label": "Show batches that are" },
      FILTERS.map((filter) =>
        h(
          "button",
          {
            key: filter,
            type: "button",
            "aria-pressed": String(filter === this.#filter),
            onclick: () => this.#set({ filter }),
          },
          `${FILTER_NAMES[filter]} `,
          h("span", { class: "count" }, count(filter === "all" ? batches.length + waiting.length : counts[filter])),
        ),
      ),
    );
  }

  #set({
    order = this.#order,
    filter = this.#filter,
    page = 0,
  }: {
    order?: Order<string>;
    filter?: Filter;
    page?: number;
  }) {
    [this.#order, this.#filter, this.#page] = [order, filter, page];
    this.#changed();
  }
}

interface Ordering {
  readonly order: Order<string>;
  readonly onOrder: (column: string) => void;
}

/** The table alone; its headings are buttons where it can be sorted. */
export function batchRows(
  rows: readonly BatchSummary[],
  batchDuration: number,
  label: string,
  ordering?: Ordering,
): VNode {
  const slowest = rows.reduce((max, { processingTime = 0 }) => Math.max(max, processingTime), batchDuration);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      { class: "batches" },
      h("caption", { class: "hidden" }, label),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heading("time", "Batch", undefined, ordering, false),
          h("th", { scope: "col" }, "Status"),
          COLUMNS.map(({ id, name, title }) => heading(id, name, title, ordering, true)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((batch) => row(batch, { batchDuration, slowest })),
        rows.length === 0 &&
          h("tr", { key: "none" }, h("td", { colspan: COLUMNS.length + 2, class: "empty" }, "None.")),
      ),
    ),
  );
}

function heading(
  id: string,
  name: string,
  title: string | undefined,
  ordering: Ordering | undefined,
  isNumber: boolean,
): VNode {
  const sort = ordering?.order.column === id ? ordering.order.direction : undefined;
  const mark = sort === undefined ? "" : sort === "ascending" ? " ▲" : " ▼";
  return h(
    "th",
    { key: id, scope: "col", title, class: isNumber ? "number" : undefined, "aria-sort": sort },
    ordering === undefined
      ? name
      : h(
          "button",
          { type: "button", class: "sort", onclick: () => ordering.onOrder(id) },
          name,
          h("span", { "aria-hidden": "true" }, mark),
        ),
  );
}

function row(batch: BatchSummary, scale: Scale): VNode {
  return h(
    "tr",
    { key: batch.time, class: `row-${batch.status}` },
    h(
      "th",
      { scope: "row" },
      batch.status === "queued"
        ? clock(batch.time)
        : h(
            "a",
            { href: batchHref(batch.time), title: `${dateAndClock(batch.time)} (${batch.time} ms)` },
            clock(batch.time),
          ),
    ),
    h(
      "td",
      { title: batch.error },
      status(batch.status),
      batch.error !== undefined && h("span", { class: "row-error" }, ` ${batch.error}`),
    ),
    COLUMNS.map((column) => numberCell(batch.status === "queued" ? NONE : column.show(batch, scale))),
  );
}

/** Against the interval, so that what takes too long stands out. */
function processing({ processingTime }: BatchSummary, { batchDuration, slowest }: Scale): Child {
  if (processingTime === undefined) return NONE;
  const kind = processingTime > batchDuration ? "over" : processingTime > 0.8 * batchDuration ? "near" : "within";
  return [
    bar(0, processingTime / slowest, kind),
    h("span", { class: `value value-${kind}` }, duration(processingTime)),
  ];
}

function pager(
  { from, rows, total, page, pages }: ReturnType<typeof pageOf>,
  onPage: (page: number) => void,
): VNode | false {
  if (pages === 1) return false;
  const button = (name: string, to: number): VNode =>
    h("button", { type: "button", disabled: to < 0 || to >= pages || to === page, onclick: () => onPage(to) }, name);
  return h(
    "nav",
    { class: "pager", "aria-label": "Pages of batches" },
    button("First", 0),
    button("Previous", page - 1),
    h("span", {}, `${count(from + 1)} to ${count(from + rows.length)} of ${count(total)}`),
    button("Next", page + 1),
    button("Last", pages - 1),
  );
}
