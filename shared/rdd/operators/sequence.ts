import type { ZipOperator } from "../lineage.js";
import type { Sink } from "../sink.js";

/**
 * The elements of the first parent's partition, then those of the second's, and so on: a union of parents whose keys lie
 * in the same partitions, which therefore stay where they are. `mark` may change an element on its way.
 */
export function sequence(parents: number, mark?: (parent: number, element: unknown) => unknown): ZipOperator {
  return {
    name: "sequence",
    attach: (out) => {
      // Elements that came before their turn.
      const early: unknown[][] = [];
      const ended = new Array<boolean>(parents).fill(false);
      let turn = 0;
      const advance = (): void => {
        while (turn < parents && ended[turn]) {
          turn += 1;
          for (const element of early[turn] ?? []) out.push(element);
          early[turn] = [];
        }
        if (turn === parents) out.end();
      };
      return Array.from(
        { length: parents },
        (_, parent): Sink => ({
          push(value) {
            const element = mark === undefined ? value : mark(parent, value);
            if (parent === turn) out.push(element);
            else (early[parent] ??= []).push(element);
          },
          end() {
            ended[parent] = true;
            advance();
          },
        }),
      );
    },
  };
}
