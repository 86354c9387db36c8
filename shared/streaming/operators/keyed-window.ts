/**
 * Windows that are reduced by key. Two streams each: the *partials*, every batch reduced by key and kept as long as a
 * window needs them; and the window, which puts partials together and never looks at records again.
 */
import {
  type Aggregator,
  build,
  type Coverage,
  groupAggregator,
  HashPartitioner,
  type Operator,
  operators,
  RDD,
  type RddNode,
  type RunningReduce,
  reduceAggregator,
  type Session,
  type WindowFold,
} from "../../rdd/index.js";
import type { BatchBuilder } from "../batch-builder.js";
import type { StreamNode } from "../graph.js";
import type { GraphBuilder, OperatorOptions } from "../graph-builder.js";
import type { WindowTimes } from "./check-window.js";

export interface KeyedWindow extends OperatorOptions {
  readonly kind: string;
  readonly times: WindowTimes;
  /** Makes the parent's elements pairs, where they are not. */
  readonly toPairs?: Operator;
  readonly fold: WindowFold;
  /** Keep a running aggregate as state instead of putting all partials together. */
  readonly running?: RunningReduce;
  /** Makes the stream's elements of pairs. */
  readonly fromPairs?: Operator;
  readonly numPartitions?: number | undefined;
}

export function keyedWindowNode(builder: GraphBuilder, parent: StreamNode, spec: KeyedWindow): StreamNode {
  const partials = partialsNode(builder, parent, spec);
  return spec.running === undefined
    ? reducedNode(builder, partials, spec)
    : runningNode(builder, partials, spec, spec.running);
}

function partialsNode(builder: GraphBuilder, parent: StreamNode, spec: KeyedWindow): StreamNode {
  const { kind, name, toPairs, fold, numPartitions } = spec;
  const aggregator = fold.type === "reduce" ? reduceAggregator(fold.reduce) : groupAggregator;
  const options = name === undefined ? {} : { name: `${name}.partials` };
  return builder.add(`${kind}.partials`, options, (_id, uid) => ({
    parents: [parent],
    slide: parent.slide,
    async compute(_time, batch) {
      const rdd = await batch.rdd(parent);
      if (rdd === undefined) return undefined;
      const session = batch.session(uid);
      const pairs = toPairs === undefined ? rdd.node : build.narrow(session, kind, rdd.node, toPairs);
      const partitioner = partitionerOf(session, batch, uid, numPartitions, pairs);
      return new RDD(build.combined(session, kind, pairs, aggregator, partitioner), session);
    },
  }));
}

/** As asked, else like the partials before, so that a window finds every key in one place; else like the parent. */
function partitionerOf(
  session: Session,
  batch: BatchBuilder,
  uid: string,
  numPartitions: number | undefined,
  parent: RddNode | undefined,
): HashPartitioner {
  const asked = numPartitions ?? batch.kept(uid).at(-1)?.numPartitions;
  return new HashPartitioner(
    asked ?? build.choosePartitioner(session, parent === undefined ? [] : [parent]).numPartitions,
  );
}

function reducedNode(builder: GraphBuilder, partials: StreamNode, spec: KeyedWindow): StreamNode {
  const { kind, times, fold, fromPairs, numPartitions } = spec;
  const { length, slide } = times;
  return builder.add(kind, spec, (_id, uid) => ({
    parents: [partials],
    slide,
    window: { length, type: "reduced" },
    async compute({ milliseconds: time }, batch) {
      const session = batch.session(uid);
      const covers = { after: time - length, upTo: time };
      const past = batch.kept(partials.uid).filter((rdd) => rdd.time > covers.after);
      const parent = (await batch.rdd(partials))?.node;
      const partitioner = partitionerOf(session, batch, partials.uid, numPartitions, parent);
      const inPlace = past.every((rdd) => rdd.hashed && rdd.numPartitions === partitioner.numPartitions);
      const window =
        inPlace && (parent === undefined || partitioner.equals(parent.partitioner))
          ? build.window(session, kind, partitioner, { parent, past, covers, fold, span: length / partials.slide, uid })
          : await movedWindow(session, batch, partials, covers, spec, partitioner);
      return rddOf(session, kind, window, fromPairs);
    },
  }));
}

/** While partials lie in different partitions (the program asked for another number), they are shuffled. */
async function movedWindow(
  session: Session,
  batch: BatchBuilder,
  partials: StreamNode,
  covers: Coverage,
  { kind, fold }: KeyedWindow,
  partitioner: HashPartitioner,
): Promise<RddNode> {
  const nodes = (await batch.rdds(partials, covers)).map((rdd) => rdd.node);
  const aggregator = fold.type === "reduce" ? reduceAggregator(fold.reduce) : joinLists;
  return build.combined(session, kind, build.union(session, kind, nodes), aggregator, partitioner);
}

/** The first list of a key is copied, the copy grows. */
const joinLists: Aggregator = {
  createCombiner: (list) => [...(list as unknown[])],
  mergeValue: groupAggregator.mergeCombiners,
  mergeCombiners: groupAggregator.mergeCombiners,
};

function runningNode(
  builder: GraphBuilder,
  partials: StreamNode,
  spec: KeyedWindow,
  running: RunningReduce,
): StreamNode {
  const { kind, times, fromPairs, numPartitions } = spec;
  const { length, slide } = times;
  return builder.add(kind, spec, (_id, uid) => ({
    parents: [partials],
    slide,
    window: { length, type: "running" },
    stateful: { numPartitions, named: spec.name !== undefined, timesOut: false },
    async compute({ milliseconds: time }, batch) {
      const session = batch.session(uid);
      const covers = { after: time - length, upTo: time };
      const change = changeOf(batch.facts.covers[uid], covers);
      const existing = batch.facts.statePartitions[uid];
      const parent = (await batch.rdd(partials))?.node;
      const partitioner = build.statePartitioner(
        numPartitions ?? existing ?? partitionerOf(session, batch, partials.uid, undefined, parent).numPartitions,
      );
      const nodesOf = async (coverage: Coverage): Promise<RddNode[]> =>
        (await batch.rdds(partials, coverage)).map((rdd) => build.partitioned(session, kind, rdd.node, partitioner));
      const leaving = await nodesOf(change.leaving);
      const entering = [...(await nodesOf(change.returning)), ...(await nodesOf(change.entering))];
      const operator = operators.windowChange(leaving.length, entering.length);
      const parents = [...leaving, ...entering];
      const input = parents.length === 0 ? undefined : build.zip(session, kind, parents, operator, partitioner);
      const state = operators.runningWindow(running);
      const node = build.keyedState(session, kind, input, state, uid, partitioner, covers);
      return rddOf(session, kind, node, fromPairs);
    },
  }));
}

/** What leaves a window and what enters it, from where its aggregate stands (after skipped batches, further back) to now. */
function changeOf(
  before: Coverage | undefined,
  now: Coverage,
): { readonly leaving: Coverage; readonly returning: Coverage; readonly entering: Coverage } {
  const nothing = { after: now.upTo, upTo: now.upTo };
  if (before === undefined) return { leaving: nothing, returning: nothing, entering: now };
  return {
    leaving: { after: before.after, upTo: Math.min(before.upTo, now.after) },
    // Only when the program was changed to a longer window: what is still there of what left the shorter one.
    returning: { after: now.after, upTo: before.after },
    entering: { after: Math.max(before.upTo, now.after), upTo: now.upTo },
  };
}

function rddOf(session: Session, kind: string, node: RddNode, fromPairs: Operator | undefined): RDD<unknown> {
  return new RDD(fromPairs === undefined ? node : build.narrow(session, kind, node, fromPairs), session);
}
