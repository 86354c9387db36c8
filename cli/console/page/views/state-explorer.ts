/** Looks into keyed state: a key's value, the biggest keys, partitions; now or as of an earlier batch. */
import type { StateKeysView, StateKeyView, StateOperatorView, StateView } from "../../../../shared/monitor/view.js";
import { getJson, type Reply } from "../data/api.js";
import { type Child, h, type VNode } from "../dom/vnode.js";
import { bytes, clock, count, counted, dateAndClock, percent } from "../logic/format.js";
import { bar, figure, figures, numberCell, section, table, verbatim } from "./parts.js";

const PARTITIONS = 20;

/** What was asked for last. */
interface Asked {
  readonly what: "key" | "keys" | "biggest";
  readonly text: string;
  readonly reply: Reply<StateKeyView | StateKeysView> | undefined;
}

export class StateExplorer {
  readonly #changed: () => void;
  #overview: Reply<StateView> | undefined;
  #isLoading = false;
  /** Absent: the newest. */
  #batch: number | undefined;
  #uid: string | undefined;
  #text = "";
  #asked: Asked | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** The place was opened: what is there now? @param frozenAt the batch at which the page stands still. */
  open(frozenAt: number | undefined): void {
    this.#batch = frozenAt;
    this.#asked = undefined;
    void this.#load();
  }

  view(): readonly Child[] {
    const overview = this.#overview;
    if (overview === undefined) return [h("p", { class: "panel", role: "status" }, "Loading …")];
    if (!overview.ok) {
      return [section("state", "State", undefined, h("p", { role: "status" }, overview.error), this.#again())];
    }
    const operator = this.#operator(overview.value);
    if (operator === undefined) {
      return [section("state", "State", undefined, h("p", {}, "This program keeps no state by key."), this.#again())];
    }
    return [this.#form(overview.value, operator), this.#results(), partitionPanel(operator)];
  }

  #operator({ operators }: StateView): StateOperatorView | undefined {
    return operators.find(({ uid }) => uid === this.#uid) ?? operators[0];
  }

  #again(): VNode {
    return h("button", { type: "button", onclick: () => this.open(undefined) }, "Look again");
  }

  #form({ operators, batches, batch }: StateView, operator: StateOperatorView): VNode {
    return section(
      "state",
      "State",
      `As of batch ${dateAndClock(batch)}.`,
      h(
        "form",
        {
          class: "form",
          onsubmit: (event) => {
            event.preventDefault();
            void this.#ask("key");
          },
        },
        h(
          "label",
          {},
          "Operator",
          h(
            "select",
            { value: operator.uid, onchange: ({ target }) => this.#choose({ uid: textIn(target) }) },
            operators.map(({ uid }) => h("option", { key: uid, value: uid }, uid)),
          ),
        ),
        h(
          "label",
          {},
          "As of batch",
          h(
            "select",
            {
              value: this.#batch === undefined ? "" : String(this.#batch),
              onchange: ({ target }) => this.#choose({ batch: Number(textIn(target)) || undefined }),
            },
            h("option", { key: "newest", value: "" }, "newest"),
            [...new Set([...(this.#batch === undefined ? [] : [this.#batch]), ...batches])].map((time) =>
              h("option", { key: time, value: String(time) }, clock(time)),
            ),
          ),
        ),
        h(
          "label",
          { class: "grow" },
          "Key",
          h("input", {
            type: "search",
            name: "key",
            autocomplete: "off",
            spellcheck: "false",
            placeholder: 'the text of a string, or as the program writes it: 1, ["a", 1], 12n',
            oninput: ({ target }) => {
              this.#text = textIn(target);
            },
          }),
        ),
        h("button", { type: "submit", class: "primary" }, "Find key"),
        h("button", { type: "button", onclick: () => void this.#ask("keys") }, "Keys that contain it"),
        h("button", { type: "button", onclick: () => void this.#ask("biggest") }, "Biggest keys"),
      ),
      figures(
        figure("Keys", count(operator.keys)),
        figure("Stored", bytes(operator.bytes)),
        figure("Per key", operator.keys > 0 ? bytes(operator.bytes / operator.keys) : "–"),
        figure("Partitions", count(operator.partitions.length)),
      ),
    );
  }

  #results(): VNode | false {
    if (this.#asked === undefined) return false;
    const { what, text, reply } = this.#asked;
    const titles = { key: `Key ${text}`, keys: `Keys that contain ${text}`, biggest: "Biggest keys" };
    return h(
      "div",
      { key: "results", role: "status", "aria-live": "polite" },
      section("results", titles[what], reply?.ok === true && `As of batch ${clock(reply.value.batch)}.`, answer(reply)),
    );
  }

  #choose({
    uid = this.#uid,
    batch,
  }: {
    readonly uid?: string | undefined;
    readonly batch?: number | undefined;
  }): void {
    const isOther = uid === this.#uid;
    this.#uid = uid;
    if (isOther) this.#batch = batch;
    this.#asked = undefined;
    void this.#load();
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    this.#overview = await getJson<StateView>(`/api/v1/state${this.#query({})}`);
    this.#isLoading = false;
    this.#changed();
  }

  async #ask(what: Asked["what"]): Promise<void> {
    const operator = this.#overview?.ok === true ? this.#operator(this.#overview.value) : undefined;
    if (operator === undefined) return;
    const text = this.#text;
    const asked: Asked = { what, text, reply: undefined };
    this.#asked = asked;
    this.#changed();
    const words = { key: { key: text }, keys: { text }, biggest: {} }[what];
    const path = `/api/v1/state/${encodeURIComponent(operator.uid)}/${what}${this.#query(words)}`;
    const reply = await getJson<StateKeyView | StateKeysView>(path);
    if (this.#asked !== asked) return;
    this.#asked = { ...asked, reply };
    this.#changed();
  }

  #query(words: Readonly<Record<string, string>>): string {
    const all = new URLSearchParams({ ...words, ...(this.#batch !== undefined && { batch: String(this.#batch) }) });
    return all.size === 0 ? "" : `?${all}`;
  }
}

function textIn(target: unknown): string {
  return (target as { readonly value: string }).value;
}

function answer(reply: Asked["reply"]): Child {
  if (reply === undefined) return h("p", {}, "Looking …");
  if (!reply.ok) return h("p", { class: "empty" }, reply.error);
  return "found" in reply.value ? keyAnswer(reply.value) : keysAnswer(reply.value);
}

function keyAnswer({ found, key, value, bytes: size, partition }: StateKeyView): Child {
  if (!found) return h("p", {}, `There is no state for ${key}; it would be in partition ${partition}.`);
  return [verbatim(value ?? "", "Value"), h("p", { class: "about" }, `${bytes(size)} in partition ${partition}.`)];
}

function keysAnswer({ keys, scanned, truncated }: StateKeysView): Child {
  return [
    table(
      "Keys",
      [{ name: "Key" }, { name: "Size", isNumber: true }, { name: "Partition", isNumber: true }, { name: "Value" }],
      keys.map(({ key, bytes: size, partition, value }, index) =>
        h(
          "tr",
          { key: `${index} ${key}` },
          h("th", { scope: "row", class: "wrap" }, key),
          numberCell(bytes(size)),
          numberCell(partition),
          h("td", { class: "wrap" }, h("code", {}, value)),
        ),
      ),
    ),
    h("p", { class: "about" }, `${counted(scanned, "key")} looked at${truncated ? ", which is not all of them" : ""}.`),
  ];
}

function partitionPanel({ partitions, bytes: all }: StateOperatorView): VNode {
  const biggest = partitions.toSorted((a, b) => b.bytes - a.bytes).slice(0, PARTITIONS);
  const most = Math.max(1, biggest[0]?.bytes ?? 0);
  return section(
    "partitions",
    "Biggest partitions",
    `${counted(biggest.length, "partition")} of ${count(partitions.length)}.`,
    table(
      "Biggest partitions",
      [
        { name: "Partition", isNumber: true },
        { name: "Keys", isNumber: true },
        { name: "Stored", isNumber: true },
        { name: "Share", isNumber: true },
        { name: "" },
      ],
      biggest.map(({ partition, keys, bytes: size }) =>
        h(
          "tr",
          { key: partition },
          numberCell(partition),
          numberCell(count(keys)),
          numberCell(bytes(size)),
          numberCell(percent(all === 0 ? undefined : size / all)),
          h("td", { class: "bar-cell" }, bar(0, size / most, "lag")),
        ),
      ),
    ),
  );
}
