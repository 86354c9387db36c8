import type { Operator } from "../lineage.js";

/** The number of elements of the partition, 0 too. */
export const count: Operator = {
  name: "count",
  attach: (out) => {
    let n = 0;
    return {
      push() {
        n += 1;
      },
      pushPair() {
        n += 1;
      },
      end() {
        out.push(n);
        out.end();
      },
    };
  },
};

/** The sum of the numbers of the partition; 0 for none. */
export const sum: Operator = {
  name: "sum",
  attach: (out) => {
    let total = 0;
    return {
      push(value) {
        total += value as number;
      },
      end() {
        out.push(total);
        out.end();
      },
    };
  },
};
