/**
 * Runs bodies of the user's on the driver: `foreachRDD` after the commit, `transform` while the lineage is built. Their
 * actions become plans that executors run; every call is recorded, so that executors can replay the body up to it.
 */
import { decode } from "../codec/index.js";
import {
  ACTION_TARGET,
  type ActionRequest,
  bodyRdd,
  callName,
  type LineageRequest,
  lineageKey,
  load,
  type PreparedCache,
  preparedAction,
} from "../executor/index.js";
import type { BlockStore } from "../ports/index.js";
import { type Action, countUpdates, type PartitionSource, type RddNode } from "../rdd/index.js";
import {
  BatchBuilder,
  type BatchFacts,
  type BodyContext,
  type ForeachBody,
  type StreamGraph,
} from "../streaming/index.js";
import { CallLog } from "./call-log.js";
import { objectsOf, type PlanInput, runPlan } from "./stage-runner.js";
import { type StepResults, Steps } from "./steps.js";
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
    partials.push(ref === undefined ? undefined : decode(await load(environment.blocks, ref)));
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

export async function runForeachBody(environment: BodyEnvironment, input: BodyInput, body: ForeachBody): Promise<void> {
  const { uid, attempt, facts, sources, bytes, token } = input;
  const log = new CallLog();
  const steps = new Steps(uid, token, input.steps);
  const builder = new BatchBuilder(facts, (_owner, node, action, label) => {
    const name = callName(action, node);
    steps.assertNoAction(name);
    return log.record(name, (call, calls) => {
      const where = { owner: uid, call, name, output: { sources, calls } };
      const request = { plan: attempt, token: `${token}/${call}`, facts, transformCalls: {}, action: where };
      return runAction(environment, request, node, action, label, { state: {}, bytes });
    });
  });
  const context: BodyContext = {
    step: (name, effect) => log.record(`step ${name}`, () => steps.run(name, effect)),
  };
  try {
    await body(bodyRdd(builder, uid, sources), facts.time, context);
  } catch (error) {
    await log.settle().catch(() => {});
    throw error;
  }
  await log.settle();
}
