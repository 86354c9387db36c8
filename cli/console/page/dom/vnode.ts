/** What a view returns: a description of elements, as plain data. Text is always text: nothing here is ever parsed as HTML. */

/** Called for an event; `target` is the element that listens. */
export type Handler = (event: { readonly target: unknown; preventDefault(): void; readonly key?: string }) => void;

/**
 * `on…` functions become event handlers; `key` tells siblings apart; `style` holds custom properties, set through the CSSOM as
 * the content security policy wants it; `value` and `checked` are properties; true and false add and remove an attribute.
 */
export interface Attributes {
  readonly key?: string | number | undefined;
  readonly style?: Readonly<Record<string, string>> | undefined;
  readonly [name: string]: string | number | boolean | undefined | Handler | Readonly<Record<string, string>> | Handler;
}

/** An element. */
export interface VNode {
  readonly tag: string;
  readonly attributes: Attributes;
  readonly children: readonly (VNode | Foreign | string)[];
}

/** An element that somebody else made and looks after: a chart. */
export interface Foreign {
  readonly foreign: object;
}

export type Child = VNode | Foreign | string | number | undefined | false | readonly Child[];

/**
 * Describes an element.
 * @example
 * h("a", { href: "#/batches" }, "All ", 12, " batches")
 */
export function h(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): VNode {
  return { tag, attributes, children: flatten(children) };
}

export function flatten(children: readonly Child[]): readonly (VNode | Foreign | string)[] {
  const flat: (VNode | Foreign | string)[] = [];
  for (const child of children) {
    if (child === undefined || child === false) continue;
    if (Array.isArray(child)) flat.push(...flatten(child as readonly Child[]));
    else flat.push(typeof child === "number" ? String(child) : (child as VNode | Foreign | string));
  }
  return flat;
}

/** All text of a view, for tests and labels. */
export function textOf(child: Child): string {
  return flatten([child])
    .map((node) => (typeof node === "string" ? node : "foreign" in node ? "" : textOf(node.children)))
    .join("");
}
