/** Just the XML that S3 speaks: elements with text or elements in them. */

/** Text, numbers and such; a list of elements already written; `undefined` for an element that is left out. */
export type Content = string | number | boolean | readonly string[] | undefined;

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** `<name>content</name>`, with text escaped. */
export function element(name: string, content: Content): string {
  if (content === undefined) return "";
  return `<${name}>${typeof content === "object" ? content.join("") : escaped(String(content))}</${name}>`;
}

/** A whole document. */
export function document(root: string, children: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${children.join("")}</${root}>`;
}

/** The inner text of every element of that name, in order; entities are resolved. */
export function texts(xml: string, name: string): readonly string[] {
  return inner(xml, name).map(unescaped);
}

/** The inner XML of every element of that name, in order. */
export function inner(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>(.*?)</${name}>`, "gs"))].map((match) => match[1] ?? "");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);
}

function unescaped(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replace(/&#([0-9]+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)))
    .replace(/&(lt|gt|quot|apos);/g, (_, name: string) => ({ lt: "<", gt: ">", quot: '"', apos: "'" })[name] ?? "")
    .replace(/&amp;/g, "&");
}
