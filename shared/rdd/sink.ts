/**
 * The push side of a fused pipeline: a task drives its source partitions into sinks, and every narrow operator is a
 * sink that pushes on into the next one. No iterator objects, no buffers between operators.
 */
export interface Sink {
  push(value: unknown): void;
  /** The same as `push([key, value])`; sinks that only need the two parts implement it to save the tuple. */
  pushPair?(key: unknown, value: unknown): void;
  /** Called once, after the last element. */
  end(): void;
}

/** Pushes a pair into a sink, as a tuple only where the sink needs one. */
export function pairPusher(sink: Sink): (key: unknown, value: unknown) => void {
  const pushPair = sink.pushPair;
  return pushPair === undefined
    ? (key, value) => sink.push([key, value])
    : (key, value) => pushPair.call(sink, key, value);
}

/** One sink that feeds several: an RDD partition with more than one consumer is computed once. */
export function tee(sinks: readonly Sink[]): Sink {
  const [only] = sinks;
  if (sinks.length === 1 && only !== undefined) return only;
  return {
    push(value) {
      for (const sink of sinks) sink.push(value);
    },
    pushPair(key, value) {
      let pair: readonly [unknown, unknown] | undefined;
      for (const sink of sinks) {
        if (sink.pushPair !== undefined) sink.pushPair(key, value);
        else sink.push((pair ??= [key, value]));
      }
    },
    end() {
      for (const sink of sinks) sink.end();
    },
  };
}
