import { NOTHING_SHARED } from "../rdd/index.js";
import {
  type ActionRunner,
  BatchBuilder,
  buildBatch,
  type Input,
  liveInputs,
  liveStateful,
  type StreamGraph,
} from "../streaming/index.js";
import { explainPlan } from "./explain.js";
import { planStages } from "./stages.js";

/** Shuffles of the sample batch have this many partitions where the program does not say. */
const SAMPLE_PARTITIONS = 2;

/**
 * What a program's graph comes to, as text: its inputs, its state, its output operations, and the plan of a sample batch
 * in which every input has one empty partition. Runs nothing but the bodies of `transform`; actions in them find no data.
 *
 * @throws whatever a `transform` body throws.
 */
export async function explainGraph(graph: StreamGraph): Promise<string> {
  const plan = await samplePlan(graph);
  return [
    `${graph.appName}: a batch every ${graph.batchDuration} ms`,
    "",
    ...section(
      "Inputs",
      liveInputs(graph).map(({ uid, input }) => `${uid}: ${describeInput(input)}`),
    ),
    ...section(
      "State",
      liveStateful(graph).map(({ uid, kind }) => `${uid} (${kind})`),
    ),
    ...section(
      "Output operations",
      graph.outputs.map(({ uid, parent }) => `${uid} of ${parent.uid}`),
    ),
    "Plan of a batch (sample: each input has one partition and no records)",
    ...plan.split("\n").map((line) => `  ${line}`),
  ].join("\n");
}

async function samplePlan(graph: StreamGraph): Promise<string> {
  const builder = new BatchBuilder(
    {
      // A time at which every stream of the graph has an RDD.
      time: graph.nodes.reduce((time, node) => leastCommonMultiple(time, node.slide), graph.batchDuration),
      zeroTime: 0,
      inputs: Object.fromEntries(liveInputs(graph).map(({ uid }) => [uid, [{ type: "values", values: [] }]])),
      statePartitions: {},
      covers: {},
      kept: {},
      defaultPartitions: SAMPLE_PARTITIONS,
      shared: {
        ...NOTHING_SHARED,
        statics: Object.fromEntries(
          graph.statics.map(({ name }) => [name, { listedAt: 0, sources: [{ type: "values", values: [] }] }]),
        ),
      },
    },
    noData,
  );
  const { outputs } = await buildBatch(graph, builder);
  return explainPlan(planStages(outputs.map(({ output, node }) => ({ id: output.uid, node }))));
}

/** What an action makes of an RDD without partitions. */
const noData: ActionRunner = async (_owner, _node, action) => action.merge([]);

function section(title: string, lines: readonly string[]): readonly string[] {
  return [title, ...(lines.length === 0 ? ["none"] : lines).map((line) => `  ${line}`), ""];
}

function describeInput(input: Input): string {
  switch (input.type) {
    case "queue":
      return `collections of the program, ${input.oneAtATime ? "one a batch" : "all there are"}`;
    case "files":
      return `lines of ${input.newFilesOnly ? "new " : ""}files in ${input.directory}`;
    case "stream":
      return describeStream(input);
  }
}

function describeStream({ stream, receiver }: Extract<Input, { type: "stream" }>): string {
  if (receiver === undefined) return `records of stream ${stream}`;
  return receiver.type === "socket"
    ? `records from ${receiver.host}:${receiver.port} (receiver)`
    : "records of a receiver of the program";
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
