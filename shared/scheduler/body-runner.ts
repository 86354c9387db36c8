/**
 * Runs bodies of the user's on the driver: `foreachRDD` after the commit, `transform` while the lineage is built. Their
 * actions become plans that executors run; every call is recorded, so that executors can replay the body up to it.
 */
import { decode } from "../codec/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import {
  ACTION_TARGET,
  type ActionRequest,
  bodyRdd,
  callName,
  type LineageRequest,
  lineageKey,
  type PreparedCache,
  preparedAction,
} from "../executor/index.js";
import type { BlockStore } from "../ports/index.js";
import { type Action, countUpdates, type DataRef, type PartitionSource, type RddNode } from "../rdd/index.js";
import {
  BatchBuilder,
  type BatchFacts,
  type BodyContext,
  type ForeachBody,
  type StreamGraph,
} from "../streaming/index.js";
import { CallLog } from "./call-log.js";
import { objectsOf, type PlanInput, runPlan } from "./stage-runner.js";
import type { TaskRunner } from "./task-runner.js";

export interface BodyEnvironment {
  readonly graph: StreamGraph;
  readonly job: string;
  readonly codeVersion: string;
  readonly tasks: TaskRunner;
  readonly blocks: BlockStore;
  readonly collapseBytes: number;
  /** Shared with executors in this process, which then need no replay. */
  readonly prepared: PreparedCache;
}

/** Runs one action as a plan of its own. */
export async function runAction(
  environment: BodyEnvironment,
  request: LineageRequest & { readonly action: ActionRequest },
  node: RddNode,
  action: Action,
  label: string,
  input: Pick<PlanInput, "state" | "bytes">,
): Promise<unknown> {
  const prepared = preparedAction(node, action, label);
  environment.prepared.set(lineageKey(request), Promise.resolve(prepared));
  const result = await runPlan(environment.tasks, prepared, {
    job: environment.job,
    codeVersion: environment.codeVersion,
    lineage: request,
    collapseBytes: environment.collapseBytes,
    ...input,
  });
  const partials: unknown[] = [];
  for (let partition = 0; partition < node.numPartitions; partition++) {
    const ref = result.captured[ACTION_TARGET]?.[partition];
    partials.push(ref === undefined ? undefined : decode(await loadRef(environment.blocks, ref)));
  }
  await discard(environment.blocks, [...result.scratch, ...objectsOf(result.captured)]);
  countUpdates(environment.graph.accumulators, result.updates);
  return action.merge(partials);
}

/** Deletes what nobody will ask for again. Failing to do so leaves garbage, and harms nothing. */
export async function discard(blocks: BlockStore, names: readonly string[]): Promise<void> {
  if (names.length > 0) await blocks.delete(names).catch(() => {});
}

/** What an output operation handed over, and what it is about. */
export interface BodyInput {
  readonly uid: string;
  /** Unique name of this attempt: executors keep the lineages of a body, which closes over earlier results. */
  readonly attempt: string;
  readonly facts: BatchFacts;
  readonly sources: readonly PartitionSource[];
  readonly bytes: number;
  readonly token: string;
  readonly steps: StepResults;
}

/** What steps have returned, by name: a body that is run again after a failure does not repeat them. */
export type StepResults = Map<string, { readonly value: unknown }>;

export async function runForeachBody(environment: BodyEnvironment, input: BodyInput, body: ForeachBody): Promise<void> {
  const log = new CallLog();
  const builder = new BatchBuilder(input.facts, (_owner, node, action, label) =>
    log.record(callName(action, node), (call, calls) => {
      const request = {
        plan: input.attempt,
        token: `${input.token}/${call}`,
        facts: input.facts,
        transformCalls: {},
        action: {
          owner: input.uid,
          call,
          name: callName(action, node),
          output: { sources: input.sources, calls },
        },
      };
      return runAction(environment, request, node, action, label, { state: {}, bytes: input.bytes });
    }),
  );
  const seen = new Set<string>();
  const context: BodyContext = {
    step: (name, effect) => log.record(`step ${name}`, () => runStep(input, seen, name, effect)),
  };
  try {
    await body(bodyRdd(builder, input.uid, input.sources), input.facts.time, context);
  } catch (error) {
    await log.settle().catch(() => {});
    throw error;
  }
  await log.settle();
}

async function runStep<R>(
  input: BodyInput,
  seen: Set<string>,
  name: string,
  effect: (token: string) => R | PromiseLike<R>,
): Promise<unknown> {
  if (seen.has(name)) {
    throw new IllegalArgumentError(
      `${input.uid} has two steps named "${name}": a step's name must be unique in its body.`,
      { operator: input.uid },
    );
  }
  seen.add(name);
  const done = input.steps.get(name) ?? { value: await effect(`${input.token}/step/${name}`) };
  input.steps.set(name, done);
  return done.value;
}

export async function loadRef(blocks: BlockStore, ref: DataRef): Promise<Uint8Array> {
  if (ref.type === "inline") return ref.bytes;
  const bytes = await blocks.getRange(ref.name, ref.start, ref.end);
  if (bytes === undefined) throw new Error(`object ${ref.name} is gone`);
  return bytes;
}
