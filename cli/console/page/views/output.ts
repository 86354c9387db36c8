/** What the program printed last. */
import type { AppView } from "../../../../shared/monitor/view.js";
import { h, type VNode } from "../dom/vnode.js";
import { clock } from "../logic/format.js";
import { section, verbatim } from "./parts.js";

export function output({ printed }: AppView): VNode {
  return section(
    "printed",
    "Printed last",
    "Newest first.",
    printed.length === 0
      ? h("p", { class: "empty" }, "Nothing has been printed.")
      : printed
          .toReversed()
          .map(({ at, text }, index) =>
            h(
              "article",
              { key: `${at} ${printed.length - index}`, class: "printed" },
              h("h3", {}, clock(at)),
              verbatim(text.replace(/\n+$/, ""), `Printed at ${clock(at)}`),
            ),
          ),
  );
}
