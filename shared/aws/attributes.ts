import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { IllegalArgumentError } from "../errors/index.js";
import type { Attribute, Item } from "../ports/index.js";

/** An item as DynamoDB carries it. */
export type Attributes = Record<string, AttributeValue>;

/** Numbers of DynamoDB lie between these in magnitude. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const LEAST_NUMBER = 1e-130;
const GREATEST_NUMBER = 9.999e125;

/** @throws {IllegalArgumentError} for a number outside DynamoDB's range. */
export function toAttribute(value: Attribute): AttributeValue {
  switch (typeof value) {
    case "string":
      return { S: value };
    case "boolean":
      return { BOOL: value };
    case "number":
      return { N: numeral(value) };
    default:
      return { B: value };
  }
}

/** @throws {IllegalArgumentError} for a number outside DynamoDB's range. */
export function toAttributes(item: Item): Attributes {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, toAttribute(value)]));
}

/** The attributes that the port knows; one of another type was written by somebody else and is left out. */
export function fromAttributes(attributes: Attributes): Item {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => {
      const known = fromAttribute(value);
      return known === undefined ? [] : [[name, known]];
    }),
  );
}

function fromAttribute({ S, N, BOOL, B }: AttributeValue): Attribute | undefined {
  if (N !== undefined) return Number(N);
  // A plain Uint8Array, also where the SDK hands out a Buffer.
  if (B !== undefined) return new Uint8Array(B.buffer, B.byteOffset, B.byteLength);
  return S ?? BOOL;
}

function numeral(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= LEAST_NUMBER && magnitude <= GREATEST_NUMBER)) return String(value);
  throw new IllegalArgumentError(`A table cannot hold the number ${value}.`, { value });
}
