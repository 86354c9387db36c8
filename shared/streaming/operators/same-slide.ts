import { IllegalArgumentError } from "../../errors/index.js";
import type { StreamNode } from "../graph.js";

/** The slide that all streams have. @throws {IllegalArgumentError} when there is no stream or they differ. */
export function sameSlide(what: string, streams: readonly StreamNode[]): number {
  const [first] = streams;
  if (first === undefined) throw new IllegalArgumentError(`${what} needs at least one DStream.`);
  const other = streams.find((stream) => stream.slide !== first.slide);
  if (other !== undefined) {
    throw new IllegalArgumentError(
      `${what}: some of the DStreams have different slide durations: ${first.uid} ${first.slide} ms, ${other.uid} ${other.slide} ms.`,
    );
  }
  return first.slide;
}
