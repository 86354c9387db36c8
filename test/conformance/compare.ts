/**
 * Comparing outputs with the tables: both sides become lists of canonical texts, so that equal means equal text and a test's
 * diff shows the elements that differ.
 */
import type { Case } from "./case.js";

/**
 * What kind of lists an element `[key, lists]` holds whose order does not matter: one list of values, or one per side of a
 * cogroup.
 */
export type UnorderedLists = "none" | "values" | "sides";

export interface Comparison {
  /** Does the order of the elements of a batch matter? */
  readonly ordered: boolean;
  readonly unorderedLists: UnorderedLists;
}

/** How the outputs of a case compare. */
export function comparisonOf({ ordered, nested, pipeline }: Pick<Case, "ordered" | "nested" | "pipeline">): Comparison {
  const sides = pipeline.some(({ op }) => op === "cogroup");
  return { ordered, unorderedLists: nested === undefined ? "none" : sides ? "sides" : "values" };
}

/** The elements of one batch as texts; sorted, unless their order matters. */
export function comparable(values: readonly unknown[], { ordered, unorderedLists }: Comparison): readonly string[] {
  const texts = values.map((value) => canonicalJson(sortLists(value, unorderedLists)));
  return ordered ? texts : texts.sort();
}

/** Deep JSON with sorted field names. An absent value is `null` in the tables and `undefined` in Sluice: the two are equal. */
export function canonicalJson(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(",")}]`;
  if (typeof value === "object") return objectJson(value);
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number") return String(value);
  throw new TypeError(`The tables have no ${typeof value} values.`);
}

function objectJson(value: object): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) {
    throw new TypeError(`The tables have no ${value.constructor.name} values.`);
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  return `{${fields
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`)
    .join(",")}}`;
}

function sortLists(value: unknown, lists: UnorderedLists): unknown {
  if (lists === "none" || !Array.isArray(value) || !Array.isArray(value[1])) return value;
  const [key, listed]: unknown[] = value;
  return [key, lists === "values" ? sorted(listed) : (listed as unknown[]).map(sorted)];
}

function sorted(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list
    .map((item) => ({ item, text: canonicalJson(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0))
    .map(({ item }) => item);
}
