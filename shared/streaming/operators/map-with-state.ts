import { build, operators, RDD, type StateNode } from "../../rdd/index.js";
import { Time } from "../../time/index.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";
import type { StateSpec } from "../state-spec.js";

/** Keyed state that only records and time-outs touch. Runs in every batch: without an RDD there are still time-outs. */
export function mapWithStateNode(
  builder: GraphBuilder,
  parent: StreamNode,
  { f, settings }: StateSpec<unknown, unknown, unknown, unknown>,
  options: OperatorOptions,
): StreamNode {
  return builder.add("mapWithState", options, (_id, uid) => ({
    parents: [parent],
    slide: parent.slide,
    stateful: {
      numPartitions: settings.numPartitions,
      named: options.name !== undefined,
      timesOut: settings.timeout !== undefined,
    },
    async compute(time, batch) {
      const input = await batch.rdd(parent);
      const existing = batch.facts.statePartitions[uid];
      const session = batch.session(uid);
      const partitioner = build.statePartitioner(settings.numPartitions ?? existing ?? session.defaultPartitions);
      const inPlace = input && build.partitioned(session, "mapWithState", input.node, partitioner);
      const operator = operators.mapWithState(
        (key, value, state, millis) => f(key, value, state, new Time(millis)),
        settings.timeout,
        existing === undefined
          ? settings.initialState?.map(([key, state]) => [key, [state, time.milliseconds]])
          : undefined,
      );
      return new RDD(build.keyedState(session, "mapWithState", inPlace, operator, uid, partitioner), session);
    },
  }));
}

/** All keys with their state after each batch of a `mapWithState`. */
export function stateSnapshotsNode(builder: GraphBuilder, parent: StreamNode, options: OperatorOptions): StreamNode {
  return builder.add("stateSnapshots", options, (_id, uid) => ({
    parents: [parent],
    slide: parent.slide,
    async compute(_time, batch) {
      const rdd = await batch.rdd(parent);
      if (rdd === undefined) return undefined;
      const session = batch.session(uid);
      return new RDD(build.snapshot(session, "stateSnapshots", rdd.node as StateNode, operators.stateOf), session);
    },
  }));
}
