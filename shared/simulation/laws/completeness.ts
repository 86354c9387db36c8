import { type Law, must } from "../law.js";

/** I8: when faults have stopped, all that was fed is in state and sinks within a bound. */
export function completeness(seconds: number): Law {
  return {
    ended({ complete, unread, head }) {
      must(complete, "I8", () => {
        return `${seconds} s after the last fault ${unread} records have not been read, or their outputs not been sent; the head is ${JSON.stringify(head)}`;
      });
    },
  };
}
