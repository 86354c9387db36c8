/**
 * Makes the children of an element those that a view describes.
 *
 * 1. What did not change is not touched: focus, selection and scroll positions stay.
 * 2. Elements with a key keep their identity when others come and go before them; a focused row stays the focused row.
 * 3. Text becomes text nodes and attributes, nothing is parsed.
 */
import { type Attributes, type Child, type Foreign, flatten, type Handler, type VNode } from "./vnode.js";

const SVG = "http://www.w3.org/2000/svg";

const drawn = new WeakMap<Node, VNode>();

export function render(parent: Element, ...children: readonly Child[]): void {
  const wanted = flatten(children);
  const pool = new Pool(parent);
  const nodes = wanted.map((child) => pool.take(child) ?? create(child, parent));
  for (const left of pool.left()) left.remove();
  let cursor = parent.firstChild;
  for (const [index, node] of nodes.entries()) {
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
    update(node, wanted[index] as VNode | Foreign | string);
  }
}

/** The children there are, to be used again. */
class Pool {
  readonly #byKey = new Map<string, ChildNode>();
  readonly #unkeyed: ChildNode[] = [];
  readonly #foreign = new Set<ChildNode>();

  constructor(parent: Element) {
    for (const node of parent.childNodes) {
      const vnode = drawn.get(node);
      if (vnode === undefined && node.nodeType !== 3) this.#foreign.add(node);
      else if (vnode?.attributes.key === undefined) this.#unkeyed.push(node);
      else this.#byKey.set(identity(vnode), node);
    }
  }

  take(child: VNode | Foreign | string): ChildNode | undefined {
    if (typeof child === "string") return this.#takeUnkeyed("#text");
    if ("foreign" in child) {
      const element = child.foreign as ChildNode;
      this.#foreign.delete(element);
      return element;
    }
    if (child.attributes.key === undefined) return this.#takeUnkeyed(child.tag);
    const node = this.#byKey.get(identity(child));
    this.#byKey.delete(identity(child));
    return node;
  }

  left(): readonly ChildNode[] {
    return [...this.#byKey.values(), ...this.#unkeyed, ...this.#foreign];
  }

  #takeUnkeyed(name: string): ChildNode | undefined {
    const index = this.#unkeyed.findIndex((node) => (drawn.get(node)?.tag ?? "#text") === name);
    return index < 0 ? undefined : this.#unkeyed.splice(index, 1)[0];
  }
}

function identity({ tag, attributes }: VNode): string {
  return `${tag} ${String(attributes.key)}`;
}

function create(child: VNode | Foreign | string, parent: Element): ChildNode {
  if (typeof child === "string") return document.createTextNode(child);
  if ("foreign" in child) return child.foreign as ChildNode;
  const namespace = child.tag === "svg" || parent.namespaceURI === SVG ? SVG : "http://www.w3.org/1999/xhtml";
  return document.createElementNS(namespace, child.tag);
}

function update(node: ChildNode, child: VNode | Foreign | string): void {
  if (typeof child === "string") {
    if (node.nodeValue !== child) node.nodeValue = child;
    return;
  }
  if ("foreign" in child) return;
  const element = node as Element;
  // Options have to be there before the value of their select is set.
  render(element, child.children);
  setAttributes(element, drawn.get(node)?.attributes ?? {}, child.attributes);
  drawn.set(node, child);
}

function setAttributes(element: Element, before: Attributes, after: Attributes): void {
  for (const name of Object.keys(before)) if (!(name in after)) set(element, name, undefined, before[name]);
  for (const [name, value] of Object.entries(after)) set(element, name, value, before[name]);
}

function set(element: Element, name: string, value: Attributes[string], before: Attributes[string]): void {
  if (name === "key") return;
  const properties = element as unknown as Record<string, unknown>;
  if (name.startsWith("on")) {
    properties[name] = (value as Handler | undefined) ?? null;
  } else if (name === "style") {
    const { style } = element as HTMLElement;
    for (const [property, text] of Object.entries((value ?? {}) as Record<string, string>)) {
      style.setProperty(property, text);
    }
  } else if (name === "value" || name === "checked") {
    // What is being typed is not overwritten with what was there before.
    if (value !== before && properties[name] !== value) properties[name] = value ?? "";
  } else if (value === before) {
    // Nothing to do.
  } else if (value === undefined || value === false) {
    element.removeAttribute(name);
  } else {
    element.setAttribute(name, value === true ? "" : String(value));
  }
}
