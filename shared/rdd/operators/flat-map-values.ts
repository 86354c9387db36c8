import type { Operator } from "../lineage.js";
import { toPair } from "../pair.js";
import { pairPusher } from "../sink.js";
import { userError } from "../task-info.js";

/** Any number of values for the value of each pair, each under the pair's key. */
export function flatMapValues(f: (value: unknown) => Iterable<unknown>): Operator {
  return {
    name: "flatMapValues",
    attach: (out, task, label) => {
      const emit = pairPusher(out);
      const pushPair = (key: unknown, value: unknown): void => {
        let many: readonly unknown[];
        try {
          many = [...f(value)];
        } catch (cause) {
          throw userError(label, task, cause, { value: [key, value] });
        }
        for (const one of many) emit(key, one);
      };
      return {
        push(element) {
          const pair = toPair(element, label);
          pushPair(pair[0], pair[1]);
        },
        pushPair,
        end: () => out.end(),
      };
    },
  };
}
