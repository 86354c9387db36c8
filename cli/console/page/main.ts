/** The console's page: follows the server's events, and shows the place that the address names. */

import type { Moment } from "./data/as-of.js";
import { indexFrom, newestEnded } from "./data/batch-list.js";
import { BatchDetails } from "./data/details.js";
import { followEvents } from "./data/feed.js";
import { Model } from "./data/model.js";
import { waitingBatches } from "./data/waiting.js";
import { render } from "./dom/render.js";
import { type Child, h } from "./dom/vnode.js";
import { usualOf } from "./logic/explain-batch.js";
import { parseRoute, type Route } from "./logic/routes.js";
import { parseTheme, type Theme, themeAfter } from "./logic/theme.js";
import { batchPage } from "./views/batch-page.js";
import { BatchTable } from "./views/batch-table.js";
import { colorsChanged } from "./views/colors.js";
import { GraphPanel } from "./views/graph.js";
import { banner, failure, keyFigures, navigation, timeBar, verdict } from "./views/header.js";
import { output } from "./views/output.js";
import { overview } from "./views/overview.js";
import { section } from "./views/parts.js";
import { settings } from "./views/settings.js";
import { StateExplorer } from "./views/state-explorer.js";
import { Timelines } from "./views/timelines.js";

/** The page is drawn no more often than this, milliseconds. */
const FRAME_MILLIS = 200;
/** Padding of the main part and of a panel in it, left and right, pixels. */
const MARGINS = 84;
const THEME = "sluice-theme";

const model = new Model();
const details = new BatchDetails(changed);
const timelines = new Timelines(changed);
const graph = new GraphPanel();
const batchTable = new BatchTable(changed);
const state = new StateExplorer(changed);

const header = element("header");
const places = element("places");
const main = element("main");

let route: Route = parseRoute(location.hash);
let theme: Theme = parseTheme(remembered());
let drawnAt = 0;
let isDue = false;

/** Draws the page soon: news that come together are drawn together. */
function changed(): void {
  if (isDue) return;
  isDue = true;
  const wait = Math.max(0, drawnAt + FRAME_MILLIS - performance.now());
  setTimeout(() => requestAnimationFrame(draw), wait);
}

/** What the reader did is shown at once. */
function draw(): void {
  isDue = false;
  drawnAt = performance.now();
  const moment = model.shown;
  if (moment === undefined) {
    render(
      main,
      h("p", { class: "panel", role: "status" }, model.connected ? "Waiting for the application …" : "Connecting …"),
    );
    return;
  }
  document.title = `${moment.app.name} · Sluice`;
  render(
    header,
    banner(moment, model.connected, theme, () => setTheme(themeAfter(theme))),
    verdict(moment, model.connected, model.frozenAt),
    showsFailure(moment) && failure(moment, (time) => details.peek(time)?.failure),
    keyFigures(moment),
    timeBar(model, freeze),
  );
  render(places, navigation(route));
  render(main, ...place(moment));
}

/** Not on the page of the batch itself, which tells more. */
function showsFailure({ batches }: Moment): boolean {
  const failed = batches.findLast(({ status }) => status === "failed");
  return route.place !== "batch" || failed?.time !== route.time;
}

function place(moment: Moment): readonly Child[] {
  const { app, batches } = moment;
  switch (route.place) {
    case "overview":
      return overview(model, moment, {
        timelines,
        graph,
        newest: newestView(moment),
        width: main.clientWidth - MARGINS,
      });
    case "batches": {
      const waiting = model.frozenAt === undefined ? waitingBatches(app, batches.at(-1)?.time) : [];
      return [section("batches", "Batches", undefined, batchTable.view(batches, waiting, app.batchDuration))];
    }
    case "batch":
      return onBatch(route.time, app.batchDuration);
    case "state":
      return state.view();
    case "output":
      return [output(app)];
    case "settings":
      return settings(app);
  }
}

function onBatch(time: number, batchDuration: number): readonly Child[] {
  const { known } = model;
  const index = indexFrom(known, time);
  const summary = known[index]?.time === time ? known[index] : undefined;
  const neighbours = { before: known[index - 1]?.time, after: known[summary === undefined ? index : index + 1]?.time };
  return batchPage(time, details.of(time, summary), summary, neighbours, usualOf(known.slice(-300), batchDuration));
}

/** Of the newest batch that is over; of the one before while it is on its way. */
function newestView({ batches }: Moment): ReturnType<BatchDetails["of"]>["view"] {
  const newest = newestEnded(batches);
  if (newest === undefined) return undefined;
  return details.newest(newest);
}

function freeze(time: number | undefined): void {
  model.freeze(time);
  draw();
}

function setTheme(next: Theme): void {
  theme = next;
  remember(theme);
  applyTheme();
  draw();
}

/** Browsers may be told to remember nothing, and then throw. */
function remembered(): string | null {
  try {
    return localStorage.getItem(THEME);
  } catch {
    return null;
  }
}

function remember(chosen: Theme): void {
  try {
    localStorage.setItem(THEME, chosen);
  } catch {
    // Then it holds for as long as the page is open.
  }
}

function applyTheme(): void {
  if (theme === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", theme);
  colorsChanged();
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

function onRoute(): void {
  const before = route;
  route = parseRoute(location.hash);
  if (route.place === "state" && before.place !== "state") state.open(model.frozenAt);
  draw();
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
}

addEventListener("hashchange", onRoute);
// Its address stands for no place, so the place must not be left for it.
element("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
addEventListener("resize", changed);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", colorsChanged);
applyTheme();
if (route.place === "state") state.open(undefined);
draw();
followEvents(
  {
    app: (app) => {
      model.setApp(app);
      changed();
    },
    graph: (known) => {
      model.graph = known;
      changed();
    },
    timeline: (timeline) => {
      model.setTimeline(timeline);
      changed();
    },
    batches: (batches) => {
      model.addBatches(batches);
      changed();
    },
    batch: (batch) => {
      details.put(batch);
      changed();
    },
    ended: changed,
  },
  (connected) => {
    model.connected = connected;
    changed();
  },
);
