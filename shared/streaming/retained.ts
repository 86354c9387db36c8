import { IllegalArgumentError } from "../errors/index.js";
import { liveNodes, type StreamGraph, type StreamNode } from "./graph.js";
import type { StorageLevel } from "./storage-level.js";

/** What a program wants to look back on, beside what its own windows need. */
export class RetainedStreams {
  readonly #levels = new Map<string, StorageLevel>();
  #minimum: number | undefined;

  /** @throws {IllegalArgumentError} when it was set before. */
  remember(millis: number): void {
    if (this.#minimum !== undefined) {
      throw new IllegalArgumentError(
        `How long streams are remembered was set to ${this.#minimum} ms before: once is all.`,
      );
    }
    this.#minimum = millis;
  }

  persist(uid: string, level: StorageLevel): void {
    if (level === "NONE") this.#levels.delete(uid);
    else this.#levels.set(uid, level);
  }

  /** True when the program does not want to look back. */
  get isEmpty(): boolean {
    return this.#minimum === undefined && this.#levels.size === 0;
  }

  /** Milliseconds for which the RDDs of every stream are kept; `undefined`: not at all. */
  get minimum(): number | undefined {
    return this.#minimum;
  }

  /** The level at which the stream's RDDs are kept; `undefined`: they are not. */
  levelOf(uid: string): StorageLevel | undefined {
    return this.#levels.get(uid);
  }
}

/**
 * How long RDDs of streams are to be readable, in milliseconds, because the program says so. As in Spark, `remember` is
 * about all streams, a stream that is persisted keeps its newest RDD at least, and a window asks its parent for its own time and
 * the window's.
 */
export function retentionOf(graph: StreamGraph): ReadonlyMap<StreamNode, number> {
  const { retained } = graph;
  const durations = new Map<StreamNode, number>();
  if (retained.isEmpty) return durations;
  const ask = (node: StreamNode, millis: number): void => {
    durations.set(node, Math.max(millis, durations.get(node) ?? 0));
  };
  // Children before parents.
  for (const node of [...liveNodes(graph)].reverse()) {
    if (retained.minimum !== undefined) ask(node, retained.minimum);
    if (retained.levelOf(node.uid) !== undefined) ask(node, node.slide);
    const own = durations.get(node);
    const [parent] = node.parents;
    if (own !== undefined && parent !== undefined && node.window?.type === "union")
      ask(parent, own + node.window.length);
  }
  return durations;
}
