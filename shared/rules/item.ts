import { IllegalArgumentError, ValueTooLargeError } from "../errors/index.js";
import type { Attribute, Item } from "../ports/index.js";

/** Largest item, bytes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
export const MAX_ITEM_BYTES = 400 * 1024;

/** A copy that shares no bytes. */
export function copyItem(item: Item): Item {
  const copy: Record<string, Attribute> = {};
  for (const name of Object.keys(item)) {
    const value = item[name] as Attribute;
    copy[name] = value instanceof Uint8Array ? new Uint8Array(value) : value;
  }
  return copy;
}

/** @throws {IllegalArgumentError} for a value that DynamoDB could not hold. @throws {ValueTooLargeError} */
export function checkItem(item: Item): void {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) {
    if (!storable(value)) throw new IllegalArgumentError(`Attribute ${name} cannot hold ${String(value)}.`, { name });
    bytes += Buffer.byteLength(name) + sizeOf(value);
  }
  if (bytes > MAX_ITEM_BYTES) {
    throw new ValueTooLargeError(`An item of ${bytes} bytes is more than a table holds (${MAX_ITEM_BYTES}).`, {
      bytes,
    });
  }
}

function storable(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  return typeof value === "string" || typeof value === "boolean" || value instanceof Uint8Array;
}

function sizeOf(value: Attribute): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.length : 8;
}
