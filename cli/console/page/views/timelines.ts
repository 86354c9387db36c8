/** The four measures over time and how they are distributed; drawn by uPlot. */
import uPlot from "uplot";
import type { BatchSummary, MinuteView } from "../../../../shared/monitor/view.js";
import { isOver } from "../data/batch-list.js";
import { type Child, h, type VNode } from "../dom/vnode.js";
import { clock, count, duration, interval, rate } from "../logic/format.js";
import { histogramOf } from "../logic/histogram.js";
import { batchHref } from "../logic/routes.js";
import { MEASURES, type Measure, RANGES, type Range, seriesOf } from "../logic/series.js";
import { summarize } from "../logic/statistics.js";
import { colors, onColors } from "./colors.js";
import { section } from "./parts.js";

const HEIGHT = 104;
/** A timeline is at least this long. */
const LEAST_SECONDS = 10;
const SYNC = "timelines";

export class Timelines {
  readonly #changed: () => void;
  readonly #charts = MEASURES.map((measure) => new MeasureCharts(measure));
  #range: Range = RANGES[1];
  /** What was drawn last, and of what. */
  #drawn: { readonly of: readonly unknown[]; readonly view: VNode } | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  view(batches: readonly BatchSummary[], minutes: readonly MinuteView[], batchDuration: number): VNode {
    // Much else moves on the page: charts of many batches are not drawn again for that.
    const of = [batches, minutes, batchDuration, this.#range];
    if (this.#drawn === undefined || of.some((part, i) => part !== this.#drawn?.of[i])) {
      this.#drawn = { of, view: this.#draw(batches, minutes, batchDuration) };
    }
    return this.#drawn.view;
  }

  #draw(batches: readonly BatchSummary[], minutes: readonly MinuteView[], batchDuration: number): VNode {
    const shown = batches.filter(isOver).slice(-this.#range.batches);
    const rolledUp = this.#range.batches === Infinity ? minutes : [];
    return section(
      "timelines",
      "Rates and delays",
      this.#ranges(),
      this.#charts.map((chart) => chart.view(shown, rolledUp, batchDuration)),
    );
  }

  #ranges(): Child {
    return h(
      "span",
      { class: "filters", role: "group", "aria-label": "How far back" },
      RANGES.map((range) =>
        h(
          "button",
          {
            key: range.name,
            type: "button",
            "aria-pressed": String(range === this.#range),
            onclick: () => {
              this.#range = range;
              this.#changed();
            },
          },
          range.name,
        ),
      ),
    );
  }
}

/** The timeline of a measure, and its histogram. */
class MeasureCharts {
  readonly #measure: Measure;
  readonly #line: Chart;
  readonly #bars: Chart;
  readonly #readout = document.createElement("span");
  #times: readonly number[] = [];

  constructor(measure: Measure) {
    this.#measure = measure;
    this.#readout.className = "readout";
    this.#readout.setAttribute("aria-hidden", "true");
    this.#line = new Chart(() => this.#lineOptions());
    this.#bars = new Chart(() => this.#barOptions());
    this.#line.element.addEventListener("click", () => {
      const time = this.#times[this.#line.plot?.cursor.idx ?? -1];
      if (time !== undefined) location.hash = batchHref(time);
    });
  }

  view(batches: readonly BatchSummary[], minutes: readonly MinuteView[], batchDuration: number): VNode {
    const { name, about, limit } = this.#measure;
    const series = seriesOf(this.#measure, batches, minutes, batchDuration);
    this.#times = series.times;
    const { last, median, p95, max } = summarize(series.values);
    const format = formatOf(this.#measure);
    const limitMillis = limit ? batchDuration : undefined;
    // A limit far above everything would press the line to the ground.
    const isNear = limitMillis !== undefined && (max ?? 0) > limitMillis / 4;
    const limits = series.times.map(() => (isNear ? limitMillis : null));
    this.#line.setData([
      series.times.map((time) => time / 1000),
      [...series.values],
      [...series.failed],
      limits,
    ] as uPlot.AlignedData);
    const histogram = histogramOf(series.values.filter((value) => value !== undefined && value !== null));
    this.#bars.setData([histogram.from.map((from) => from + histogram.width / 2), [...histogram.counts]]);
    const numbers = `now ${format(last)}, median ${format(median)}, 95 % below ${format(p95)}, most ${format(max)}`;
    return h(
      "div",
      { key: name, class: "measure" },
      h(
        "div",
        { class: "measure-about" },
        h("h3", { title: about }, name),
        h(
          "dl",
          { class: "measure-numbers" },
          number("now", format(last)),
          number("median", format(median)),
          number("95 %", format(p95)),
          number("most", format(max)),
        ),
        h(
          "p",
          { class: "about" },
          limit ? `interval ${interval(batchDuration)}${isNear ? " (dashed)" : ", far above"}` : about,
        ),
      ),
      h(
        "div",
        {
          class: "measure-line",
          role: "img",
          "aria-label": `${name} over ${count(series.times.length)} batches: ${numbers}`,
        },
        { foreign: this.#line.element },
        { foreign: this.#readout },
      ),
      h(
        "div",
        { class: "measure-bars", role: "img", "aria-label": `Distribution of ${name.toLowerCase()}: ${numbers}` },
        { foreign: this.#bars.element },
      ),
    );
  }

  #lineOptions(): uPlot.Options {
    const format = formatOf(this.#measure);
    const palette = colors();
    return {
      width: 300,
      height: HEIGHT,
      cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
      legend: { show: false },
      scales: {
        x: { range: (_u, min, max) => spanned(min, max) },
        y: { range: (_u, _min, max) => [0, (max || 1) * 1.1] },
      },
      axes: [timeAxis(), valueAxis(format)],
      series: [
        {},
        { stroke: palette.line, fill: palette.fill, width: 1.5, points: { show: false } },
        { stroke: palette.bad, paths: () => null, points: { show: true, size: 6, fill: palette.bad } },
        { stroke: palette.limit, width: 1, dash: [5, 4], points: { show: false } },
      ],
      hooks: {
        setCursor: [
          ({ cursor, data }) => {
            const value = cursor.idx == null ? undefined : data[1]?.[cursor.idx];
            const time = cursor.idx == null ? undefined : this.#times[cursor.idx];
            this.#readout.textContent = time === undefined || value == null ? "" : `${clock(time)}  ${format(value)}`;
          },
        ],
      },
    };
  }

  #barOptions(): uPlot.Options {
    const format = formatOf(this.#measure);
    const palette = colors();
    const bars = uPlot.paths.bars?.({ size: [0.92, 40] });
    return {
      width: 200,
      height: HEIGHT,
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { time: false, range: (u, min, max) => padded(u.data[0], min, max) },
        y: { range: (_u, _min, max) => [0, (max || 1) * 1.08] },
      },
      axes: [
        { ...axis(), space: 60, values: (_u, ticks) => ticks.map(format) },
        { ...axis(), size: 44, space: 30, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000] },
      ],
      series: [
        {},
        { stroke: palette.line, fill: palette.bar, width: 0, points: { show: false }, ...(bars && { paths: bars }) },
      ],
    };
  }
}

/** A uPlot that fills the width there is, and is made anew when the colours change. */
class Chart {
  readonly element = document.createElement("div");
  readonly #options: () => uPlot.Options;
  #data: uPlot.AlignedData = [[], []];
  plot: uPlot | undefined;

  constructor(options: () => uPlot.Options) {
    this.#options = options;
    this.element.className = "chart";
    new ResizeObserver(() => this.#fit()).observe(this.element);
    onColors(() => {
      this.plot?.destroy();
      this.plot = undefined;
      this.#fit();
    });
  }

  setData(data: uPlot.AlignedData): void {
    this.#data = data;
    this.plot?.setData(data);
  }

  #fit(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    if (this.plot === undefined) this.plot = new uPlot({ ...this.#options(), width }, this.#data, this.element);
    else if (this.plot.width !== width) this.plot.setSize({ width, height: HEIGHT });
  }
}

function number(name: string, value: string): readonly VNode[] {
  return [h("dt", {}, name), h("dd", {}, value)];
}

function formatOf({ unit }: Measure): (value: number | undefined) => string {
  return unit === "rate" ? rate : duration;
}

function axis(): uPlot.Axis {
  const { text, grid } = colors();
  return {
    stroke: text,
    font: "11px system-ui, sans-serif",
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
    size: 24,
  };
}

/** Without data there are no ends. */
function spanned(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, LEAST_SECONDS];
  return [Math.min(min, max - LEAST_SECONDS), max];
}

function timeAxis(): uPlot.Axis {
  return { ...axis(), space: 80, values: (_u, ticks) => ticks.map((seconds) => clock(seconds * 1000)) };
}

function valueAxis(format: (value: number) => string): uPlot.Axis {
  return { ...axis(), size: 74, space: 28, values: (_u, ticks) => ticks.map(format) };
}

/** Half a bin on either side. */
function padded(middles: ArrayLike<number>, min: number, max: number): [number, number] {
  const half = middles.length > 1 ? ((middles[1] ?? 0) - (middles[0] ?? 0)) / 2 : Math.abs(min) / 2 || 1;
  return [min - half, max + half];
}
