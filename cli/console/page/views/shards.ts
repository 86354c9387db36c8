/** Shards and how far behind their tips reading is; those furthest behind first. */
import type { BatchView } from "../../../../shared/monitor/view.js";
import { h, type VNode } from "../dom/vnode.js";
import { bytes, count, duration, shortened } from "../logic/format.js";
import { bar, cell, numberCell, table } from "./parts.js";

/** Streams may have thousands. */
const MOST = 100;

export function shardTable(inputs: BatchView["inputs"]): VNode | false {
  const shards = inputs
    .flatMap(({ uid, shards }) => shards.map((shard) => ({ ...shard, uid })))
    .toSorted((a, b) => b.lagMillis - a.lagMillis);
  if (shards.length === 0) return false;
  const largest = Math.max(1000, shards[0]?.lagMillis ?? 0);
  const shown = shards.slice(0, MOST);
  return h(
    "div",
    {},
    table(
      "Shards, furthest behind first",
      [
        { name: "Input" },
        { name: "Shard" },
        { name: "Lag", isNumber: true },
        { name: "" },
        { name: "Records", isNumber: true },
        { name: "Size", isNumber: true },
        { name: "Position" },
        { name: "Tries", isNumber: true },
      ],
      shown.map(({ uid, shard, lagMillis, records, bytes: size, position, ended, attempts }) =>
        h(
          "tr",
          { key: `${uid} ${shard}` },
          cell(uid),
          h("th", { scope: "row" }, shard),
          numberCell(duration(lagMillis)),
          h("td", { class: "bar-cell" }, bar(0, lagMillis / largest, "lag")),
          numberCell(count(records)),
          numberCell(bytes(size)),
          h(
            "td",
            { title: position },
            ended ? "closed, read to its end" : position === undefined ? "none yet" : shortened(position, 20),
          ),
          numberCell(count(attempts.length)),
        ),
      ),
    ),
    shards.length > MOST &&
      h("p", { class: "about" }, `The ${MOST} furthest behind of ${count(shards.length)} shards.`),
  );
}
