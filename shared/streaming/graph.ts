/**
 * The graph that a program builds: immutable nodes, one a stream, and the output operations that make them run. It is
 * built the same way on the driver and on every executor; nodes compute RDDs, batch by batch, and run nothing.
 */
import type { RDD } from "../rdd/index.js";
import type { Time } from "../time/index.js";
import type { BatchBuilder } from "./batch-builder.js";
import type { Input } from "./inputs.js";
import type { OutputOperation } from "./outputs/output-operation.js";

/** What a stateful operator needs to be remembered by. */
export interface StatefulSpec {
  /** Partitions asked for by the program; `undefined`: up to the plan. */
  readonly numPartitions: number | undefined;
  /** True when the program gave the operator its uid. */
  readonly named: boolean;
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
  /** The RDD of a batch, or `undefined` when this stream has none then. Called at most once a batch, for valid times only. */
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

export interface StreamGraph {
  readonly appName: string;
  /** Milliseconds. */
  readonly batchDuration: number;
  readonly nodes: readonly StreamNode[];
  readonly outputs: readonly OutputNode[];
}

/** Inputs that some output operation depends on, in definition order; others are not read. */
export function liveInputs(graph: StreamGraph): readonly (StreamNode & { readonly input: Input })[] {
  return liveNodes(graph).filter((node): node is StreamNode & { readonly input: Input } => node.input !== undefined);
}

/** Stateful operators that some output operation depends on. */
export function liveStateful(graph: StreamGraph): readonly (StreamNode & { readonly stateful: StatefulSpec })[] {
  return liveNodes(graph).filter(
    (node): node is StreamNode & { readonly stateful: StatefulSpec } => node.stateful !== undefined,
  );
}

function liveNodes(graph: StreamGraph): readonly StreamNode[] {
  const live = new Set<StreamNode>();
  const visit = (node: StreamNode): void => {
    if (live.has(node)) return;
    live.add(node);
    for (const parent of node.parents) visit(parent);
  };
  for (const output of graph.outputs) visit(output.parent);
  return graph.nodes.filter((node) => live.has(node));
}
