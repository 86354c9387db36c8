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
  type BodyContext,
  buildBatch,
  type CaptureSink,
  type StreamGraph,
} from "../streaming/index.js";
import type { ActionRequest, LineageRequest, RecordedCall } from "./messages.js";

/** Makes the sink that takes one partition of a target. */
export type Capture = (task: TaskInfo, label: string, effects: EffectContext) => CaptureSink;

export interface Prepared {
  readonly plan: StagePlan;
  /** By target id. */
  readonly captures: ReadonlyMap<string, Capture>;
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
  const builder = new BatchBuilder(request.facts, replayTransforms(request));
  const outputs = await buildBatch(graph, builder);
  return preparedOutputs(outputs);
}

/** The plan whose targets are the batch's output operations. */
export function preparedOutputs(outputs: Awaited<ReturnType<typeof buildBatch>>): Prepared {
  return {
    plan: planStages(outputs.map(({ output, node }) => ({ id: output.uid, node }))),
    captures: new Map(
      outputs.map(({ output }) => [output.uid, (task, label) => output.operation.capture(task, label)]),
    ),
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
  };
}

function prepareAction(graph: StreamGraph, request: LineageRequest, action: ActionRequest): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const capture: ActionRunner = (_owner, node, called, label) => {
      resolve(preparedAction(node, called, label));
      return new Promise(() => {});
    };
    const ended = (): void =>
      reject(
        new NonDeterministicBodyError(
          `${action.owner} made ${action.call} calls only, where it made more before: its body must be deterministic.`,
          { operator: action.owner },
        ),
      );
    const body =
      action.output === undefined
        ? replayGraph(graph, request, action, capture)
        : replayBody(graph, request, action, capture);
    body.then(ended, reject);
  });
}

function replayGraph(
  graph: StreamGraph,
  request: LineageRequest,
  action: ActionRequest,
  capture: ActionRunner,
): Promise<unknown> {
  const recorded = replayTransforms(request);
  let seen = 0;
  const runner: ActionRunner = (owner, node, called, label) => {
    if (owner === action.owner && seen++ === action.call) return capture(owner, node, called, label);
    return recorded(owner, node, called, label);
  };
  return buildBatch(graph, new BatchBuilder(request.facts, runner));
}

async function replayBody(
  graph: StreamGraph,
  request: LineageRequest,
  action: ActionRequest,
  capture: ActionRunner,
): Promise<unknown> {
  const output = graph.outputs.find((candidate) => candidate.uid === action.owner);
  const body = output?.operation.body;
  if (body === undefined || action.output === undefined) {
    throw new NonDeterministicBodyError(`The program has no output operation ${action.owner}.`, {
      operator: action.owner,
    });
  }
  const calls = new Replay(action.owner, action.output.calls);
  const builder = new BatchBuilder(request.facts, (owner, node, called, label) =>
    calls.position === action.call ? capture(owner, node, called, label) : calls.answer(called.name),
  );
  const context: BodyContext = { step: (name) => calls.answer(`step ${name}`) as Promise<never> };
  return body(bodyRdd(builder, action.owner, action.output.sources), request.facts.time, context);
}

/** The RDD that a `foreachRDD` body works on. */
export function bodyRdd(builder: BatchBuilder, uid: string, sources: Parameters<typeof build.source>[2]): RDD<unknown> {
  const session = builder.bodySession(uid);
  return new RDD(build.source(session, "rdd", sources), session);
}

function replayTransforms(request: LineageRequest): ActionRunner {
  const replays = new Map(
    Object.entries(request.transformCalls).map(([owner, calls]) => [owner, new Replay(owner, calls)]),
  );
  return (owner, _node, action) => (replays.get(owner) ?? new Replay(owner, [])).answer(action.name);
}

/** Answers a body's calls from the record. */
class Replay {
  /** Number of calls made so far. */
  position = 0;
  readonly #owner: string;
  readonly #calls: readonly RecordedCall[];

  constructor(owner: string, calls: readonly RecordedCall[]) {
    this.#owner = owner;
    this.#calls = calls;
  }

  /** The recorded result; never resolves for a call that was still running when the record was taken. */
  answer(name: string): Promise<unknown> {
    const call = this.#calls[this.position++];
    if (call?.name === name)
      return call.result === undefined ? new Promise(() => {}) : Promise.resolve(call.result.value);
    throw new NonDeterministicBodyError(
      `${this.#owner} called ${name} where it called ${call?.name ?? "nothing"} before: its body must be deterministic.`,
      { operator: this.#owner },
    );
  }
}
