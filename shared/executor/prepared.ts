/**
 * What a task needs of the program: the plan's lineage, rebuilt from graph and request, and what becomes of the
 * partitions of its targets. Bodies of `transform` and `foreachRDD` are replayed: calls made before are answered from
 * the record, and the call that the request is about hands over the lineage it was made on.
 */
import { encode } from "../codec/index.js";
import { NonDeterministicBodyError } from "../errors/index.js";
import { planStages, type StagePlan } from "../plan/index.js";
import { type Action, build, type EffectContext, RDD, type RddNode, type TaskInfo } from "../rdd/index.js";
import {
  type ActionRunner,
  BatchBuilder,
  type BatchLineage,
  type BodyContext,
  buildBatch,
  type CaptureSink,
  captureKept,
  type StreamGraph,
} from "../streaming/index.js";
import type { ActionRequest, LineageRequest } from "./messages.js";
import { callName, Replay, tookAnotherWay } from "./replay.js";

/** Makes the sink that takes one partition of a target. */
export type Capture = (task: TaskInfo, label: string, effects: EffectContext) => CaptureSink;

export interface Prepared {
  readonly plan: StagePlan;
  /** By target id. */
  readonly captures: ReadonlyMap<string, Capture>;
  /** By id of targets that are kept for later batches: the stream's uid. */
  readonly kept: ReadonlyMap<string, string>;
}

/** The target of a plan that was made for an action. */
export const ACTION_TARGET = "action";

/** Name of a request's lineage. */
export function lineageKey(request: LineageRequest): string {
  const { action } = request;
  return action === undefined ? request.plan : `${request.plan}/${action.owner}/${action.call}`;
}

export function prepare(graph: StreamGraph, request: LineageRequest): Promise<Prepared> {
  return request.action === undefined ? prepareOutputs(graph, request) : prepareAction(graph, request, request.action);
}

async function prepareOutputs(graph: StreamGraph, request: LineageRequest): Promise<Prepared> {
  const replays = replaysOf(request);
  const runner: ActionRunner = (owner, node, action) => replays(owner).answer(callName(action, node));
  return preparedBatch(await buildBatch(graph, new BatchBuilder(request.facts, runner)));
}

/** The plan whose targets are the batch's output operations, what is kept of the batch, and state that only needs to see it. */
export function preparedBatch({ outputs, kept, states }: BatchLineage): Prepared {
  // No uid has a slash.
  const memories = kept.map((memory) => ({ ...memory, id: `kept/${memory.uid}` }));
  return {
    plan: planStages([
      ...outputs.map(({ output, node }) => ({ id: output.uid, node })),
      ...memories.map(({ id, node }) => ({ id, node })),
      ...states.map(({ uid, node }) => ({ id: `state/${uid}`, node })),
    ]),
    captures: new Map([
      ...outputs.map(({ output }): [string, Capture] => [
        output.uid,
        (task, label) => output.operation.capture(task, label),
      ]),
      ...memories.map(({ id, node }): [string, Capture] => [id, () => captureKept(node.partitioner !== undefined)]),
    ]),
    kept: new Map(memories.map(({ id, uid }) => [id, uid])),
  };
}

/** The plan whose target is one action. */
export function preparedAction(node: RddNode, action: Action, label: string): Prepared {
  return {
    plan: planStages([{ id: ACTION_TARGET, node }]),
    captures: new Map([
      [
        ACTION_TARGET,
        (task, _label, effects): CaptureSink => {
          const sink = action.start(task, label, effects);
          const bytes = async (): Promise<Uint8Array> => encode(await sink.result());
          return Object.assign(sink, { bytes });
        },
      ],
    ]),
    kept: new Map(),
  };
}

/** Runs the body that called the action once more, up to that call. */
function prepareAction(graph: StreamGraph, request: LineageRequest, action: ActionRequest): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const answer: Answer = (replay, owner, name, prepared) => {
      try {
        if (owner !== action.owner || replay.position !== action.call) return replay.answer(name);
        if (name !== action.name) throw tookAnotherWay(owner, name, action.name);
      } catch (error) {
        // The body may catch what it is given; it has taken another way all the same.
        reject(error);
        throw error;
      }
      if (prepared !== undefined) resolve(prepared());
      return new Promise(() => {});
    };
    const ended = (): void => reject(tookAnotherWay(action.owner, "nothing", action.name));
    const body =
      action.output === undefined
        ? replayGraph(graph, request, answer)
        : replayBody(graph, request, action.owner, action.output, answer);
    body.then(ended, reject);
  });
}

/** What a call of a body that is replayed returns; `prepared` makes the plan of an action. */
type Answer = (replay: Replay, owner: string, name: string, prepared?: () => Prepared) => Promise<unknown>;

function replayGraph(graph: StreamGraph, request: LineageRequest, answer: Answer): Promise<unknown> {
  const replays = replaysOf(request);
  const runner: ActionRunner = (owner, node, called, label) =>
    answer(replays(owner), owner, callName(called, node), () => preparedAction(node, called, label));
  return buildBatch(graph, new BatchBuilder(request.facts, runner));
}

async function replayBody(
  graph: StreamGraph,
  request: LineageRequest,
  uid: string,
  output: NonNullable<ActionRequest["output"]>,
  answer: Answer,
): Promise<unknown> {
  const body = graph.outputs.find((candidate) => candidate.uid === uid)?.operation.body;
  if (body === undefined) {
    throw new NonDeterministicBodyError(`The program has no output operation ${uid}.`, { operator: uid });
  }
  const replay = new Replay(uid, output.calls);
  const builder = new BatchBuilder(request.facts, (owner, node, called, label) =>
    answer(replay, owner, callName(called, node), () => preparedAction(node, called, label)),
  );
  const context: BodyContext = { step: (name) => answer(replay, uid, `step ${name}`) as Promise<never> };
  return body(bodyRdd(builder, uid, output.sources), request.facts.time, context);
}

/** The RDD that a `foreachRDD` body works on. */
export function bodyRdd(builder: BatchBuilder, uid: string, sources: Parameters<typeof build.source>[2]): RDD<unknown> {
  const session = builder.bodySession(uid);
  return new RDD(build.source(session, "rdd", sources), session);
}

/** The record of each `transform`, by owner. */
function replaysOf(request: LineageRequest): (owner: string) => Replay {
  const replays = new Map<string, Replay>();
  return (owner) => {
    const replay = replays.get(owner) ?? new Replay(owner, request.transformCalls[owner] ?? []);
    replays.set(owner, replay);
    return replay;
  };
}
