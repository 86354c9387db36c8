import { BadPairError } from "../errors/index.js";
import { preview } from "./task-info.js";

/** The element as a pair. @throws {BadPairError} when it is none (programs in plain JavaScript get here). */
export function toPair(element: unknown, operator: string): readonly [unknown, unknown] {
  if (Array.isArray(element) && element.length === 2) return element as unknown as readonly [unknown, unknown];
  throw new BadPairError(
    `${operator} needs [key, value] pairs but got ${preview(element)}: map the elements to pairs first, for example with mapToPair.`,
    { operator },
  );
}

/** The key, if it can be one. @throws {BadPairError} for `undefined`, which is the sign of a field that is not there. */
export function checkKey(key: unknown, operator: string): unknown {
  if (key !== undefined) return key;
  throw new BadPairError(
    `${operator} got a pair whose key is undefined: filter such elements out, or use null where "no key" is meant.`,
    { operator },
  );
}
