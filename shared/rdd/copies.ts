import { decode, encode } from "../codec/index.js";

/** Makes fresh copies of a value, because functions may change the zero they are given. */
export function copiesOf<U>(value: U): () => U {
  if (typeof value !== "object" || value === null) return () => value;
  const bytes = encode(value);
  return () => decode(bytes) as U;
}
