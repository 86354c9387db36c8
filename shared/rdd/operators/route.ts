import type { Operator } from "../lineage.js";
import { pairPusher } from "../sink.js";

/** Gives every element the numbers of the partitions that it is to go to, as `[number, element]` pairs. */
export function route(targetsOf: (partition: number) => readonly number[]): Operator {
  return {
    name: "route",
    attach: (out, task) => {
      const targets = targetsOf(task.partition);
      const emit = pairPusher(out);
      return {
        push(value) {
          for (const target of targets) emit(target, value);
        },
        end: () => out.end(),
      };
    },
  };
}

/** The values of pairs: what has been routed, without the number. */
export const arrived: Operator = {
  name: "arrived",
  attach: (out) => ({
    push: (pair) => out.push((pair as [unknown, unknown])[1]),
    pushPair: (_key, value) => out.push(value),
    end: () => out.end(),
  }),
};
