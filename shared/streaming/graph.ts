/**
 * The graph that a program builds: immutable nodes, one a stream, and the output operations that make them run. It is
 * built the same way on the driver and on every executor; nodes compute RDDs, batch by batch, and run nothing.
 */
import type { Accumulator, Broadcast, RDD } from "../rdd/index.js";
import type { Time } from "../time/index.js";
import type { BatchBuilder } from "./batch-builder.js";
import type { Input } from "./inputs.js";
import type { OutputOperation } from "./outputs/output-operation.js";
import type { RetainedStreams } from "./retained.js";

/** What a stateful operator needs to be remembered by. */
export interface StatefulSpec {
  /** Partitions asked for by the program; `undefined`: up to the plan. */
  readonly numPartitions: number | undefined;
  /** True when the program gave the operator its uid. */
  readonly named: boolean;
  /** True when keys can disappear, or the function be called, because time passes. */
  readonly timesOut: boolean;
}

/** What an operator reads of its parent's past. */
export interface WindowSpec {
  /** It reads the RDDs of the batches of the last so many milliseconds, this one included. */
  readonly length: number;
  /**
   * `union`: those RDDs together, so an RDD of an earlier batch can be put together again. `reduced`: reduced by key.
   * `running`: an aggregate kept as state, which must be told what leaves the window.
   */
  readonly type: "union" | "reduced" | "running";
}

export interface StreamNode {
  /** Position in definition order. */
  readonly id: number;
  /** The operator: `map`, `updateStateByKey`, `kinesisStream`, ... */
  readonly kind: string;
  /** Name under which state, sinks and metrics of the operator are kept, whatever else changes in the program. */
  readonly uid: string;
  readonly parents: readonly StreamNode[];
  /** Milliseconds between the RDDs of this stream; a multiple of the batch duration. */
  readonly slide: number;
  /** Set for inputs. */
  readonly input?: Input;
  /** Set for operators with keyed state. */
  readonly stateful?: StatefulSpec;
  /** Set for operators with a window, which have one parent. */
  readonly window?: WindowSpec;
  /** The RDD of a batch, or `undefined` when this stream has none then. Called for valid times only; by {@link WindowSpec} `union` for earlier ones too. */
  compute(time: Time, batch: BatchBuilder): RDD<unknown> | undefined | Promise<RDD<unknown> | undefined>;
}

/** An output operation and the stream it is on. */
export interface OutputNode {
  readonly id: number;
  readonly kind: string;
  readonly uid: string;
  readonly parent: StreamNode;
  readonly operation: OutputOperation;
}

/** Static data that is read from files. */
export interface StaticSource {
  readonly name: string;
  /** A file, or a directory (which may contain `*`) of files. */
  readonly path: string;
  readonly format: "text" | "objects";
  /** Of text: a file is cut into at least this many partitions (small files into one). */
  readonly minPartitions: number;
  /** Milliseconds after which the files are looked for again; `undefined`: when the application starts only. */
  readonly refresh: number | undefined;
}

export interface StreamGraph {
  readonly appName: string;
  /** Milliseconds. */
  readonly batchDuration: number;
  readonly nodes: readonly StreamNode[];
  readonly outputs: readonly OutputNode[];
  readonly statics: readonly StaticSource[];
  readonly broadcasts: readonly Broadcast<unknown>[];
  readonly accumulators: readonly Accumulator<unknown, unknown>[];
  readonly retained: RetainedStreams;
}

/** Nodes that some output operation depends on, in definition order: parents first. */
export const liveNodes = oncePerGraph(findLiveNodes);

/** Inputs that some output operation depends on, in definition order; others are not read. */
export const liveInputs = oncePerGraph((graph) =>
  liveNodes(graph).filter((node): node is StreamNode & { readonly input: Input } => node.input !== undefined),
);

/** Stateful operators that some output operation depends on. */
export const liveStateful = oncePerGraph((graph) =>
  liveNodes(graph).filter(
    (node): node is StreamNode & { readonly stateful: StatefulSpec } => node.stateful !== undefined,
  ),
);

/** Does what the program computes depend on when its batches are? */
export const isTimed = oncePerGraph((graph) =>
  liveNodes(graph).some((node) => node.window !== undefined || node.kind === "mapWithState"),
);

/** Slides longer than a batch, each once. */
export const longSlides = oncePerGraph((graph): readonly number[] => {
  const slides = liveNodes(graph).map((node) => node.slide);
  return [...new Set(slides)].filter((slide) => slide > graph.batchDuration);
});

/** What follows from a graph is asked for with every batch, and is the same each time. */
export function oncePerGraph<T>(find: (graph: StreamGraph) => T): (graph: StreamGraph) => T {
  const known = new WeakMap<StreamGraph, { readonly found: T }>();
  return (graph) => {
    let entry = known.get(graph);
    if (entry === undefined) {
      entry = { found: find(graph) };
      known.set(graph, entry);
    }
    return entry.found;
  };
}

function findLiveNodes(graph: StreamGraph): readonly StreamNode[] {
  const live = new Set<StreamNode>();
  const visit = (node: StreamNode): void => {
    if (live.has(node)) return;
    live.add(node);
    for (const parent of node.parents) visit(parent);
  };
  for (const output of graph.outputs) visit(output.parent);
  return graph.nodes.filter((node) => live.has(node));
}
