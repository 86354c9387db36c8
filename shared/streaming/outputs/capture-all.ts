import { encodeColumn } from "../../codec/index.js";
import type { CaptureSink } from "./output-operation.js";

/** Keeps every element, as an encoded column. */
export function captureAll(limit = Number.POSITIVE_INFINITY): CaptureSink {
  const elements: unknown[] = [];
  return {
    push(value) {
      if (elements.length < limit) elements.push(value);
    },
    end() {},
    bytes: () => (elements.length === 0 ? undefined : encodeColumn(elements)),
  };
}
