import { KeyMap } from "../../codec/index.js";
import type { ZipOperator } from "../lineage.js";
import { checkKey, toPair } from "../pair.js";
import { pairPusher, type Sink } from "../sink.js";

/** For each key of any parent, the list of its values in each parent: `[key, [values0, values1, ...]]`. */
export function cogroup(parents: number): ZipOperator {
  return {
    name: "cogroup",
    attach: (out, _task, label) => {
      const groups = new KeyMap<unknown[][]>();
      const emit = pairPusher(out);
      let open = parents;
      const end = (): void => {
        open -= 1;
        if (open > 0) return;
        groups.forEach((lists, key) => {
          emit(key, lists);
        });
        out.end();
      };
      return Array.from({ length: parents }, (_, index): Sink => {
        const pushPair = (key: unknown, value: unknown): void => {
          let lists = groups.get(key);
          if (lists === undefined) {
            lists = Array.from({ length: parents }, () => []);
            groups.set(checkKey(key, label), lists);
          }
          lists[index]?.push(value);
        };
        return {
          push(element) {
            const pair = toPair(element, label);
            pushPair(pair[0], pair[1]);
          },
          pushPair,
          end,
        };
      });
    },
  };
}
