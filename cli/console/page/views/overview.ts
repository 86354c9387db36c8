/** The place one leaves open on the second screen. */
import type { BatchView } from "../../../../shared/monitor/view.js";
import type { Moment } from "../data/as-of.js";
import type { Model } from "../data/model.js";
import { type Child, h } from "../dom/vnode.js";
import { clock } from "../logic/format.js";
import { hrefOf } from "../logic/routes.js";
import { batchRows } from "./batch-table.js";
import type { GraphPanel } from "./graph.js";
import { section } from "./parts.js";
import { receiverPanel } from "./settings.js";
import { shardTable } from "./shards.js";
import type { Timelines } from "./timelines.js";

const LATEST = 10;

export interface OverviewParts {
  readonly timelines: Timelines;
  readonly graph: GraphPanel;
  /** What is known of the newest batch that is over. */
  readonly newest: BatchView | undefined;
  readonly width: number;
}

export function overview(model: Model, { app, batches }: Moment, parts: OverviewParts): readonly Child[] {
  const { timelines, graph, newest, width } = parts;
  const shards = newest && shardTable(newest.inputs);
  return [
    timelines.view(batches, model.minutes, app.batchDuration),
    model.graph && graph.view(model.graph, newest, app.batchDuration, width),
    section(
      "latest",
      "Latest batches",
      h("a", { href: hrefOf({ place: "batches" }) }, "All batches"),
      batchRows(batches.slice(-LATEST).toReversed(), app.batchDuration, "Latest batches"),
    ),
    newest !== undefined &&
      shards !== undefined &&
      shards !== false &&
      section("shards", "Shards", `As batch ${clock(newest.time)} left them.`, shards),
    app.receivers.length > 0 && receiverPanel(app),
  ];
}
