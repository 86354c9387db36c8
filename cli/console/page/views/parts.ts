/** Small things that views have in common. */
import type { BatchStatus } from "../../../../shared/monitor/view.js";
import { type Child, h, type VNode } from "../dom/vnode.js";

/** A part of the page with a heading of its own. */
export function section(id: string, title: string, about: Child, ...children: readonly Child[]): VNode {
  return h(
    "section",
    { key: id, class: "panel", id, "aria-labelledby": `${id}-title` },
    h(
      "div",
      { class: "panel-head" },
      h("h2", { id: `${id}-title` }, title),
      about && h("p", { class: "about" }, about),
    ),
    ...children,
  );
}

/** A name and its figure. */
export function figure(name: string, value: Child, note?: Child, title?: string): VNode {
  return h(
    "div",
    { class: "figure", title },
    h("dt", {}, name),
    h("dd", {}, value),
    note !== undefined && h("dd", { class: "note" }, note),
  );
}

export function figures(...all: readonly Child[]): VNode {
  return h("dl", { class: "figures" }, ...all);
}

const SYMBOLS: Readonly<Record<string, string>> = {
  completed: "✓",
  done: "✓",
  processing: "▶",
  queued: "…",
  waiting: "…",
  failed: "✕",
  lost: "✕",
  throttled: "⏳",
  abandoned: "–",
  skipped: "–",
};

/** A status as a symbol, a colour and a word: never as a colour alone. */
export function status(word: BatchStatus | string): VNode {
  return h(
    "span",
    { class: `status status-${word}` },
    h("span", { "aria-hidden": "true" }, SYMBOLS[word] ?? "•"),
    ` ${word}`,
  );
}

/** A column's heading. */
export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
  readonly title?: string;
}

/** A table that scrolls sideways by itself where the page is narrow; by keyboard too. */
export function table(label: string, columns: readonly Column[], rows: readonly VNode[], empty = "None."): VNode {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, label),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map(({ name, isNumber, title }) =>
            h("th", { scope: "col", title, class: isNumber ? "number" : undefined }, name),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        rows.length > 0 ? rows : h("tr", { key: "none" }, h("td", { colspan: columns.length, class: "empty" }, empty)),
      ),
    ),
  );
}

export function cell(...children: readonly Child[]): VNode {
  return h("td", {}, ...children);
}

export function numberCell(...children: readonly Child[]): VNode {
  return h("td", { class: "number" }, ...children);
}

/** A part of a whole that begins somewhere in it; both from 0 to 1. */
export function bar(from: number, length: number, kind: string): VNode {
  const share = (x: number): string => `${(Math.min(1, Math.max(0, x)) * 100).toFixed(2)}%`;
  return h(
    "span",
    { class: "bar", "aria-hidden": "true" },
    length > 0 &&
      h("span", { class: `bar-part bar-${kind}`, style: { "--from": share(from), "--length": share(length) } }),
  );
}

/** Text as it is, line breaks included. */
export function verbatim(text: string, label: string): VNode {
  return h("pre", { class: "verbatim", tabindex: 0, role: "region", "aria-label": label }, text);
}

/** A command with a button that copies it. */
export function command(text: string): VNode {
  return h(
    "div",
    { class: "command" },
    h("code", {}, text),
    h(
      "button",
      {
        type: "button",
        onclick: ({ target }) => {
          const button = (target as Element).closest("button");
          void navigator.clipboard?.writeText(text).then(() => button?.classList.add("copied"));
        },
      },
      "Copy",
    ),
  );
}
