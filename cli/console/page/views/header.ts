/** What stands on top of every place: who runs, how it goes, what it costs, and at which moment one looks. */
import type { AppView, BatchSummary, ErrorView } from "../../../../shared/monitor/view.js";
import type { Moment } from "../data/as-of.js";
import { indexFrom, newestEnded } from "../data/batch-list.js";
import type { Model } from "../data/model.js";
import { type Child, h, type VNode } from "../dom/vnode.js";
import { clock, count, counted, dateAndClock, duration, interval, money, percent, rate } from "../logic/format.js";
import { batchHref, hrefOf, PLACES, type Route } from "../logic/routes.js";
import type { Theme } from "../logic/theme.js";
import { verdictOf } from "../logic/verdict.js";
import { figure, figures } from "./parts.js";

const STATES: Readonly<Record<AppView["state"], string>> = {
  starting: "Starting",
  running: "Running",
  idle: "Idle",
  ended: "Ended",
  failed: "Failed",
  unknown: "Not heard of",
};

export function banner({ app }: Moment, connected: boolean, theme: Theme, onTheme: () => void): VNode {
  const uptime = app.startedAt === undefined ? undefined : app.now - app.startedAt;
  const isTold = connected || app.state === "ended" || app.state === "failed";
  return h(
    "div",
    { class: "banner" },
    h("a", { class: "brand", href: hrefOf({ place: "overview" }) }, "Sluice"),
    h("h1", {}, app.name),
    h("span", { class: `chip chip-${isTold ? app.state : "unknown"}` }, isTold ? STATES[app.state] : "Not connected"),
    h(
      "p",
      { class: "about" },
      `${app.master} · a batch every ${interval(app.batchDuration)}`,
      uptime !== undefined && ` · up ${duration(uptime)}`,
      app.startedAt !== undefined && ` since ${dateAndClock(Math.floor(app.startedAt / 1000) * 1000)}`,
    ),
    h("button", { type: "button", class: "theme", onclick: onTheme }, `Theme: ${theme}`),
  );
}

/** The verdict is read out when it changes, and only then: figures that move all the time are no part of it. */
export function verdict({ app, batches }: Moment, connected: boolean, frozenAt: number | undefined): VNode {
  const { level, title, reasons } = verdictOf(app, connected);
  const newest = newestEnded(batches);
  const isTrouble = newest !== undefined && app.state !== "failed" && (level === "warn" || level === "bad");
  return h(
    "div",
    { class: `verdict verdict-${level}` },
    h(
      "p",
      { class: "verdict-title", role: "status", "aria-live": "polite", "aria-atomic": "true" },
      frozenAt === undefined ? title : `${title}, as of ${clock(frozenAt)}`,
    ),
    h(
      "p",
      { class: "verdict-reasons" },
      reasons.join(" "),
      isTrouble && [" ", h("a", { href: batchHref(newest.time) }, `Why: look at batch ${clock(newest.time)}`)],
    ),
  );
}

/** The newest batch that failed: where, on which record, and where to read on. */
export function failure({ app, batches }: Moment, failureOf: (time: number) => ErrorView | undefined): VNode | false {
  const failed = batches.findLast(({ status }) => status === "failed");
  if (failed === undefined) return false;
  const error = failureOf(failed.time) ?? app.error;
  const at = batches.length - 1 - batches.lastIndexOf(failed);
  return h(
    "div",
    { class: "failure", role: "region", "aria-label": "Last failure" },
    h(
      "p",
      {},
      h("strong", {}, `Batch ${clock(failed.time)} failed`),
      at > 0 && `, ${counted(at, "batch", "batches")} ago`,
      error?.operator !== undefined && [", in ", h("code", {}, error.operator)],
      error?.partition !== undefined && `, partition ${error.partition}`,
      ". ",
      h("a", { href: batchHref(failed.time) }, "Stack trace and replay"),
    ),
    h("p", { class: "failure-text" }, error?.causes.at(-1) ?? failed.error ?? error?.message),
    error?.record !== undefined && h("p", { class: "failure-record" }, "Record: ", h("code", {}, error.record)),
  );
}

export function keyFigures({ app, batches }: Moment): VNode {
  const { completed, failed, waiting, processing } = app.batches;
  const share = app.processingTime === undefined ? undefined : app.processingTime / app.batchDuration;
  const behind = [
    failed > 0 && `${count(failed)} failed`,
    waiting > 0 && `${count(waiting)} waiting`,
    processing > 0 && `${count(processing)} running`,
  ].filter(Boolean);
  const onAws = app.costIsHypothetical ? "on AWS" : "at list price";
  const about = app.costIsHypothetical
    ? "What the requests counted so far would cost on AWS. On this machine it costs nothing."
    : "From counted requests and list prices; an estimate, not a bill.";
  return figures(
    figure("Batches", count(completed), behind.length > 0 ? behind.join(", ") : "completed"),
    figure("Records", count(app.records), "received"),
    figure("Input rate", rate(app.inputRate), lastRecords(batches)),
    figure(
      "Processing",
      duration(app.processingTime),
      share === undefined ? undefined : `${percent(share)} of interval`,
    ),
    figure("Scheduling delay", duration(app.schedulingDelay), `total ${duration(app.totalDelay)}`),
    figure("Lag", duration(app.lagMillis), "furthest shard"),
    figure("Cost so far", money(app.cost?.total), onAws, about),
    figure("Cost per month", money(app.costPerMonth?.total), "at this rate", about),
  );
}

function lastRecords(batches: readonly BatchSummary[]): Child {
  const last = batches.findLast(({ startedAt }) => startedAt !== undefined);
  return last === undefined ? undefined : `${count(last.records)} in the last`;
}

/** Pause, and a slider through all batches that are known. */
export function timeBar(model: Model, freeze: (time: number | undefined) => void): VNode {
  const { scrubbed: batches, frozenAt } = model;
  const last = Math.max(0, batches.length - 1);
  const index = frozenAt === undefined ? last : Math.min(last, indexFrom(batches, frozenAt));
  const isLive = frozenAt === undefined;
  const at = batches[index]?.time;
  return h(
    "div",
    { class: `time-bar${isLive ? "" : " frozen"}`, role: "group", "aria-label": "Moment that is shown" },
    h(
      "button",
      {
        type: "button",
        class: "pause",
        disabled: batches.length === 0,
        onclick: () => freeze(isLive ? at : undefined),
      },
      isLive ? "Pause" : "Go live",
    ),
    h("input", {
      type: "range",
      min: 0,
      max: last,
      value: String(index),
      "aria-label": "Look back to a batch",
      "aria-valuetext": at === undefined ? "no batch yet" : `${isLive ? "live, " : ""}batch ${clock(at)}`,
      oninput: ({ target }) => freeze(batches[Number((target as { value: string }).value)]?.time),
    }),
    h(
      "span",
      { class: "moment" },
      isLive
        ? model.connected
          ? "Live"
          : "Newest"
        : `As of batch ${clock(frozenAt)}${model.missed > 0 ? ` · ${count(model.missed)} new since` : ""}`,
    ),
  );
}

const TITLES: Readonly<Record<(typeof PLACES)[number], string>> = {
  overview: "Overview",
  batches: "Batches",
  state: "State",
  output: "Output",
  settings: "Settings",
};

export function navigation(route: Route): VNode {
  return h(
    "ul",
    {},
    PLACES.map((place) =>
      h(
        "li",
        { key: place },
        h("a", { href: hrefOf({ place }), "aria-current": isIn(route, place) ? "page" : undefined }, TITLES[place]),
      ),
    ),
  );
}

function isIn({ place }: Route, tab: string): boolean {
  return place === tab || (place === "batch" && tab === "batches");
}
