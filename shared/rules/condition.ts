import type { Attribute, Condition, Item } from "../ports/index.js";

/** True when every attribute the condition names has the value it wants. */
export function holds(condition: Condition, item: Item | undefined): boolean {
  return Object.entries(condition).every(([name, wanted]) => equal(item?.[name], wanted));
}

function equal(actual: Attribute | undefined, wanted: Attribute | undefined): boolean {
  if (actual instanceof Uint8Array && wanted instanceof Uint8Array) return Buffer.compare(actual, wanted) === 0;
  return actual === wanted;
}
