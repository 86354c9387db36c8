import { encodeColumn, encodePairs } from "../../codec/index.js";
import type { CaptureSink } from "./output-operation.js";

/** Keeps a whole partition for later batches; `pairs` says that its elements are pairs, so tuples can be saved. */
export function captureKept(pairs: boolean): CaptureSink {
  return pairs ? capturePairs() : captureElements();
}

function captureElements(): CaptureSink {
  const elements: unknown[] = [];
  return {
    push(value) {
      elements.push(value);
    },
    end() {},
    bytes: () => (elements.length === 0 ? undefined : encodeColumn(elements)),
  };
}

function capturePairs(): CaptureSink {
  const keys: unknown[] = [];
  const values: unknown[] = [];
  const pushPair = (key: unknown, value: unknown): void => {
    keys.push(key);
    values.push(value);
  };
  return {
    push(element) {
      const pair = element as readonly [unknown, unknown];
      pushPair(pair[0], pair[1]);
    },
    pushPair,
    end() {},
    bytes: () => (keys.length === 0 ? undefined : encodePairs(keys, values)),
  };
}
