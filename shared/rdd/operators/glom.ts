import type { Operator } from "../lineage.js";

/** The elements of each partition as one list. */
export const glom: Operator = {
  name: "glom",
  attach: (out) => {
    const elements: unknown[] = [];
    return {
      push(value) {
        elements.push(value);
      },
      end() {
        out.push(elements);
        out.end();
      },
    };
  },
};
