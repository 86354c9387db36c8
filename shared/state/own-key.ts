import { decode, encode } from "../codec/index.js";

/** Shorter strings are copied by the engine anyway when they are cut out of longer ones. (V8: SlicedString::kMinLength.) */
const MIN_SLICE_LENGTH = 13;

/**
 * A key that state can keep for ever. A string that was cut out of a longer one keeps that one in memory, so a key of a
 * few bytes could hold a whole batch's text; and a composite key belongs to the program, which may change it.
 */
export function ownKey(key: unknown): unknown {
  if (typeof key === "object" && key !== null) return decode(encode(key));
  if (typeof key !== "string" || key.length < MIN_SLICE_LENGTH) return key;
  const narrow = Buffer.from(key, "latin1").toString("latin1");
  return narrow === key ? narrow : Buffer.from(key, "utf16le").toString("utf16le");
}
