import type { Operator } from "../lineage.js";
import { toPair } from "../pair.js";
import { pairPusher } from "../sink.js";
import { userError } from "../task-info.js";

/** Changes the value of each pair; keys, and so the partitioning, stay. */
export function mapValues(f: (value: unknown) => unknown): Operator {
  return {
    name: "mapValues",
    attach: (out, task, label) => {
      const emit = pairPusher(out);
      const pushPair = (key: unknown, value: unknown): void => {
        let mapped: unknown;
        try {
          mapped = f(value);
        } catch (cause) {
          throw userError(label, task, cause, { value: [key, value] });
        }
        emit(key, mapped);
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
