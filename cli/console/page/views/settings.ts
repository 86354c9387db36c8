/** Facts that do not move much: configuration, receivers, limits, accumulators, and what costs what. */
import type { AppView } from "../../../../shared/monitor/view.js";
import { type Child, h, type VNode } from "../dom/vnode.js";
import { clock, money, rate, serviceName } from "../logic/format.js";
import { cell, numberCell, section, status, table } from "./parts.js";

export function settings(app: AppView): readonly Child[] {
  return [
    section(
      "configuration",
      "Configuration",
      undefined,
      table(
        "Configuration",
        [{ name: "Option" }, { name: "Value" }],
        app.config.map(({ name, value }) => h("tr", { key: name }, h("th", { scope: "row" }, name), cell(value))),
      ),
    ),
    costPanel(app),
    receiverPanel(app),
    pairs(
      "rate-limits",
      "Rate limits",
      "Most records a second that inputs may bring from now on.",
      app.rateLimits,
      rate,
    ),
    pairs("totals", "Accumulators", "Totals after the newest batch.", app.accumulators, String),
  ];
}

export function receiverPanel({ receivers }: AppView): VNode {
  return section(
    "receivers",
    "Receivers",
    undefined,
    table(
      "Receivers",
      [{ name: "Receiver" }, { name: "Status" }, { name: "Where" }, { name: "Last error" }, { name: "At" }],
      receivers.map((receiver) =>
        h(
          "tr",
          { key: receiver.streamId },
          h("th", { scope: "row" }, receiver.streamName),
          cell(status(receiver.active ? "active" : "inactive")),
          cell(receiver.location || receiver.executorId || "–"),
          h("td", { title: receiver.lastError }, receiver.lastErrorMessage ?? ""),
          cell(receiver.lastErrorTime !== undefined && receiver.lastErrorTime > 0 && clock(receiver.lastErrorTime)),
        ),
      ),
      "No input has a receiver: streams and files are read by the executors themselves.",
    ),
  );
}

function costPanel({ cost, costPerMonth, costIsHypothetical }: AppView): VNode | false {
  if (cost === undefined) return false;
  const services = [...new Set([...Object.keys(cost.services), ...Object.keys(costPerMonth?.services ?? {})])];
  const row = (name: string, soFar: number | undefined, month: number | undefined): VNode =>
    h("tr", { key: name }, h("th", { scope: "row" }, name), numberCell(money(soFar)), numberCell(money(month)));
  return section(
    "costs",
    "Costs by service",
    costIsHypothetical
      ? "What it would cost on AWS, from counted requests and list prices. On this machine it costs nothing."
      : "From counted requests and list prices: an estimate, not a bill.",
    table(
      "Costs by service",
      [{ name: "Service" }, { name: "So far", isNumber: true }, { name: "Per month at this rate", isNumber: true }],
      [
        ...services.map((name) => row(serviceName(name), cost.services[name], costPerMonth?.services[name])),
        row("Total", cost.total, costPerMonth?.total),
      ],
    ),
  );
}

function pairs<T>(
  id: string,
  title: string,
  about: string,
  values: Readonly<Record<string, T>>,
  show: (value: T) => string,
): VNode | false {
  const entries = Object.entries(values);
  if (entries.length === 0) return false;
  return section(
    id,
    title,
    about,
    table(
      title,
      [{ name: "Name" }, { name: "Value", isNumber: true }],
      entries.map(([name, value]) => h("tr", { key: name }, h("th", { scope: "row" }, name), numberCell(show(value)))),
    ),
  );
}
