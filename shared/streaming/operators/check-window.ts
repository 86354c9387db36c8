import { IllegalArgumentError } from "../../errors/index.js";
import { Duration } from "../../time/index.js";
import type { StreamNode } from "../graph.js";

/** Length and slide of a window, milliseconds. */
export interface WindowTimes {
  readonly length: number;
  readonly slide: number;
}

/**
 * The window's times; without a slide it is the parent's.
 * @throws {IllegalArgumentError} unless both are multiples of the parent's slide.
 */
export function checkWindow(
  kind: string,
  parent: StreamNode,
  window: Duration,
  slide: Duration | undefined,
): WindowTimes {
  return {
    length: multipleOf(kind, "window", parent, window),
    slide: slide === undefined ? parent.slide : multipleOf(kind, "slide", parent, slide),
  };
}

function multipleOf(kind: string, what: "window" | "slide", parent: StreamNode, duration: Duration): number {
  const millis = duration instanceof Duration ? duration.milliseconds : Number.NaN;
  if (millis > 0 && millis % parent.slide === 0) return millis;
  throw new IllegalArgumentError(
    `${kind}: the ${what} duration must be a multiple of the slide duration of its parent ${parent.uid}, which is ${parent.slide} ms, not ${Number.isNaN(millis) ? String(duration) : `${millis} ms`}.`,
  );
}
