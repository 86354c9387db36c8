import fc from "fast-check";
import { type DStream, seconds } from "../../shared/index.js";
import { explainPlan, planStages, type Stage, type StagePlan } from "../../shared/plan/index.js";
import { NOTHING_SHARED, narrowParents, parentsOf, type RddNode } from "../../shared/rdd/index.js";
import { BatchBuilder, buildBatch } from "../../shared/streaming/index.js";
import { runBatches } from "../../shared/testing/index.js";
import { graphOf, program } from "../engine/world.js";

type Pair = [string, number];
const add = (a: number, b: number): number => a + b;

/** The plan of a batch of a program on one input of two partitions; three partitions where a shuffle is not told. */
async function planOf(build: (pairs: DStream<Pair>) => void): Promise<StagePlan> {
  const graph = graphOf(program((ssc) => build(ssc.queueStream<Pair>([], { name: "input" }))));
  const empty = { type: "values", values: [] } as const;
  const builder = new BatchBuilder({
    time: 1000,
    zeroTime: 0,
    inputs: { input: [empty, empty] },
    statePartitions: {},
    covers: {},
    kept: {},
    defaultPartitions: 3,
    shared: NOTHING_SHARED,
  });
  const { outputs } = await buildBatch(graph, builder);
  return planStages(outputs.map(({ output, node }) => ({ id: output.uid, node })));
}

const explained = async (build: (pairs: DStream<Pair>) => void): Promise<string[]> =>
  explainPlan(await planOf(build)).split("\n");

describe("stages", () => {
  it("fuse chains of narrow dependencies into one", async () => {
    expect(
      await explained((s) =>
        s
          .map((pair) => pair)
          .filter(() => true)
          .flatMap((pair) => [pair])
          .mapValues((n) => n)
          .print(),
      ),
    ).toEqual([
      "Job print-0 (stage 0)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions]",
      "  map-0 map [#1, 2 partitions] ← #0",
      "  filter-0 filter [#2, 2 partitions] ← #1",
      "  flatMap-0 flatMap [#3, 2 partitions] ← #2",
      "  mapValues-0 mapValues [#4, 2 partitions] ← #3",
    ]);
  });

  it("are cut at wide dependencies", async () => {
    expect(await explained((s) => s.reduceByKey(add).print())).toEqual([
      "Job print-0 (stages 0 → 1)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions]",
      "  ⇒ shuffle to reduceByKey-0 [#1, 3 partitions]",
      "Stage 1: 3 tasks after stage 0",
      "  reduceByKey-0 exchange [#1, 3 partitions] ← #0",
      "  reduceByKey-0 mergeCombiners [#2, 3 partitions] ← #1",
    ]);
  });

  it("need no second shuffle where keys are in place already", async () => {
    const again = (s: DStream<Pair>): DStream<Pair> =>
      s
        .reduceByKey(add)
        .mapValues((n) => n + 1)
        .filter(() => true)
        .reduceByKey(add)
        .updateStateByKey<number>((values, total = 0) => values.reduce(add, total));
    expect((await planOf((s) => again(s).print())).stages.map(({ tasks }) => tasks.length)).toEqual([2, 3]);
    // A map may change the key, and another number of partitions is another place.
    expect((await planOf((s) => again(s.reduceByKey(add).map((pair) => pair)).print())).stages).toHaveLength(3);
    expect(
      (await planOf((s) => again(s.reduceByKey(add)).reduceByKey(add, { numPartitions: 4 }).print())).stages,
    ).toHaveLength(3);
  });

  it("join co-partitioned parents without another shuffle", async () => {
    expect(
      await explained((s) => {
        const sums = s.reduceByKey(add);
        const lists = s.groupByKey();
        sums.join(lists).print();
      }),
    ).toEqual([
      "Job print-0 (stages 0 → 1)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions]",
      "  ⇒ shuffle to reduceByKey-0 [#1, 3 partitions]",
      "  ⇒ shuffle to groupByKey-0 [#3, 3 partitions]",
      "Stage 1: 3 tasks after stage 0",
      "  reduceByKey-0 exchange [#1, 3 partitions] ← #0",
      "  reduceByKey-0 mergeCombiners [#2, 3 partitions] ← #1",
      "  groupByKey-0 exchange [#3, 3 partitions] ← #0",
      "  groupByKey-0 mergeCombiners [#4, 3 partitions] ← #3",
      "  join-0 cogroup [#5, 3 partitions] ← #2, #4",
      "  join-0 flatMapValues [#6, 3 partitions] ← #5",
    ]);
  });

  it("join a stream with itself, which travels once, or not at all where its keys are in place", async () => {
    expect(await explained((s) => s.join(s).print())).toEqual([
      "Job print-0 (stages 0 → 1)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions]",
      "  ⇒ shuffle to join-0 [#1, 3 partitions]",
      "Stage 1: 3 tasks after stage 0",
      "  join-0 exchange [#1, 3 partitions] ← #0",
      "  join-0 cogroup [#2, 3 partitions] ← #1, #1",
      "  join-0 flatMapValues [#3, 3 partitions] ← #2",
    ]);
    const sums = await explained((s) => {
      const inPlace = s.reduceByKey(add);
      inPlace.join(inPlace).print();
    });
    expect(sums.slice(-2)).toEqual([
      "  join-0 cogroup [#3, 3 partitions] ← #2, #2",
      "  join-0 flatMapValues [#4, 3 partitions] ← #3",
    ]);
    const out = await runBatches({
      batchDuration: seconds(1),
      inputs: [
        [
          [
            ["a", 1],
            ["a", 2],
            ["b", 3],
          ] as Pair[],
        ],
      ],
      build: (_ssc, s) => (s as DStream<Pair>).join(s as DStream<Pair>),
    });
    expect(out[0]?.values).toHaveLength(5);
  });

  it("compute in one stage what only one stage needs, and hand over what is needed at two depths", async () => {
    // The union of a stream with its own shuffle: the source feeds both the shuffle and, after it, the union.
    expect(await explained((s) => s.union(s.reduceByKey(add)).print())).toEqual([
      "Job print-0 (stages 0 → 1)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions, handed over]",
      "  ⇒ shuffle to reduceByKey-0 [#1, 3 partitions]",
      "Stage 1: 5 tasks after stage 0",
      "  reduceByKey-0 exchange [#1, 3 partitions] ← #0",
      "  reduceByKey-0 mergeCombiners [#2, 3 partitions] ← #1",
      "  union-0 union [#3, 5 partitions] ← #0, #2",
    ]);
    // What happens to it only for the union is done there.
    const plan = await planOf((s) =>
      s
        .mapValues((n) => -n)
        .union(s.reduceByKey(add))
        .print(),
    );
    expect(plan.stages.map(({ nodes }) => nodes.map(({ label }) => label))).toEqual([
      ["input"],
      ["mapValues-0", "reduceByKey-0", "reduceByKey-0", "union-0"],
    ]);
  });

  it("hand over state that is joined with something derived from it", async () => {
    expect(
      await explained((s) => {
        const totals = s.updateStateByKey<number>((values, total = 0) => values.reduce(add, total), { name: "totals" });
        const sizes = totals.mapToPair(([key, total]): Pair => [String(total), key.length]).reduceByKey(add);
        totals.join(sizes).print();
      }),
    ).toEqual([
      "Job print-0 (stages 0 → 1 → 2)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions]",
      "  ⇒ shuffle to totals [#1, 3 partitions]",
      "Stage 1: 3 tasks after stage 0",
      "  totals exchange [#1, 3 partitions] ← #0",
      "  totals updateStateByKey [#2, 3 partitions, handed over] ← #1",
      "  mapToPair-0 map [#3, 3 partitions] ← #2",
      "  ⇒ shuffle to reduceByKey-0 [#4, 3 partitions]",
      "Stage 2: 3 tasks after stage 1",
      "  reduceByKey-0 exchange [#4, 3 partitions] ← #3",
      "  reduceByKey-0 mergeCombiners [#5, 3 partitions] ← #4",
      "  join-0 cogroup [#6, 3 partitions] ← #2, #5",
      "  join-0 flatMapValues [#7, 3 partitions] ← #6",
    ]);
  });

  it("are shared by the jobs that need them: a parent of two outputs is computed once", async () => {
    expect(
      await explained((s) => {
        const sums = s.reduceByKey(add);
        sums.print();
        sums.mapValues((n) => n + 1).print();
        s.count().print();
      }),
    ).toEqual([
      "Job print-0 (stages 0 → 1)",
      "Job print-1 (stages 0 → 1)",
      "Job print-2 (stages 0 → 2)",
      "Stage 0: 2 tasks",
      "  input source [#0, 2 partitions]",
      "  count-0 count [#4, 2 partitions] ← #0",
      "  ⇒ shuffle to reduceByKey-0 [#1, 3 partitions]",
      "  ⇒ shuffle to count-0 [#5, 1 partitions]",
      "Stage 1: 3 tasks after stage 0",
      "  reduceByKey-0 exchange [#1, 3 partitions] ← #0",
      "  reduceByKey-0 mergeCombiners [#2, 3 partitions] ← #1",
      "  mapValues-0 mapValues [#3, 3 partitions] ← #2",
      "Stage 2: 1 task after stage 0",
      "  count-0 exchange [#5, 1 partitions] ← #4",
      "  count-0 sum [#6, 1 partitions] ← #5",
    ]);
  });
});

describe.each([
  ["in one call", {}],
  ["spread over executors", { count: 2, isolated: true }],
])("user functions, %s", (_how, executors) => {
  it("are called once for each element, however many need what they return", async () => {
    const calls: Record<string, number> = {};
    const counted = (name: string, n: number): number => {
      calls[name] = (calls[name] ?? 0) + 1;
      return n;
    };
    await runBatches({
      batchDuration: seconds(1),
      inputs: [[[1, 2, 3, 4, 5, 6]]],
      executors,
      build: (_ssc, numbers) => {
        const shared = numbers.map((n) => counted("shared", n));
        const pairs = shared.mapToPair((n) => [counted("pairs", n) % 2, n]);
        const sums = pairs.reduceByKey(add);
        const after = sums.mapValues((n) => counted("after", n));
        shared.print();
        shared.filter((n) => n > 3).saveAsTextFiles("out");
        after.print();
        return after.join(sums.mapToPair(([key, n]) => [key, n]).reduceByKey(add)).union(pairs.join(after));
      },
    });
    expect(calls).toEqual({ shared: 6, pairs: 6, after: 2 });
  });
});

/** Programs in which every step uses one or two of the streams that there are so far. */
const steps = fc.array(fc.record({ kind: fc.nat(7), a: fc.nat(), b: fc.nat(), output: fc.boolean() }), {
  minLength: 1,
  maxLength: 9,
});

function buildFrom(
  program: readonly { kind: number; a: number; b: number; output: boolean }[],
  input: DStream<Pair>,
): void {
  const streams = [input];
  for (const { kind, a, b, output } of program) {
    const one = streams[a % streams.length] as DStream<Pair>;
    const other = streams[b % streams.length] as DStream<Pair>;
    const next = [
      () => one.map((pair) => pair),
      () => one.mapValues((n) => n),
      () => one.reduceByKey(add),
      () => one.reduceByKey(add, { numPartitions: 1 + (b % 4) }),
      () => one.union(other),
      () => one.join(other).mapValues(([x]) => x),
      () => one.updateStateByKey<number>(() => 1),
      () => one.repartition(1 + (b % 3)),
    ][kind]?.();
    if (next === undefined) continue;
    streams.push(next);
    if (output) next.print();
  }
  (streams.at(-1) as DStream<Pair>).print();
}

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe(`plans of random programs (SEED=${seed})`, () => {
  it("compute every partition once, after all that it needs", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        const plan = await planOf((input) => buildFrom(program, input));
        const placeOf = new Map<string, { readonly stage: Stage; readonly task: number }>();
        const id = (node: RddNode, partition: number): string => `${node.id}:${partition}`;
        for (const stage of plan.stages) {
          for (const task of stage.tasks) {
            for (const { node, partition } of task.partitions) {
              expect(placeOf.has(id(node, partition))).toBe(false);
              placeOf.set(id(node, partition), { stage, task: task.index });
            }
          }
        }
        const nodes = plan.stages.flatMap((stage) => stage.nodes);
        expect(placeOf.size).toBe(nodes.reduce((n, node) => n + node.numPartitions, 0));
        for (const node of nodes) {
          const stage = plan.stageOf(node);
          for (const before of stage.dependsOn) expect(before).toBeLessThan(stage.id);
          for (let partition = 0; partition < node.numPartitions; partition++) {
            const here = placeOf.get(id(node, partition));
            for (const parent of narrowParents(node, partition)) {
              const there = placeOf.get(id(parent.node, parent.partition));
              if (there?.stage === here?.stage) expect(there).toEqual(here);
              else {
                expect(stage.dependsOn).toContain(there?.stage.id);
                expect(plan.handedOver).toContain(parent.node);
              }
            }
          }
          if (node.kind !== "exchange") continue;
          for (const parent of parentsOf(node)) {
            expect(stage.dependsOn).toContain(plan.stageOf(parent).id);
            expect(plan.stageOf(parent).writes).toContain(node);
          }
        }
      }),
      { seed, numRuns: 200 },
    );
  });
});
