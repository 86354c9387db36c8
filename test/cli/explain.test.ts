import customReceiver from "../../examples/custom-receiver.js";
import kinesisWordCount from "../../examples/kinesis-word-count.js";
import logErrors from "../../examples/log-errors.js";
import wordCount from "../../examples/word-count.js";
import { seconds } from "../../shared/index.js";
import { describeGraph, explainGraph } from "../../shared/plan/index.js";
import { type StreamingApp, StreamingContext, streamingApp } from "../../shared/streaming/index.js";

function explain(app: StreamingApp): Promise<string> {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  return explainGraph(ssc.graph);
}

function explainBuild(build: StreamingApp["build"]): Promise<string> {
  return explain(streamingApp("test", { batchDuration: seconds(1) }, build));
}

describe("explainGraph", () => {
  it("tells inputs, state, outputs and the plan of a batch", async () => {
    const text = await explain(wordCount);
    expect(text).toContain(`word-count: a batch every 1000 ms

Inputs
  socketTextStream-0: records from 127.0.0.1:9999 (receiver)

State
  totals (updateStateByKey)

Output operations
  print-0 of totals

Plan of a batch (sample: each input has one partition and no records)
  Job print-0 (stages 0 → 1)
  Stage 0: 1 task
`);
    expect(text).toMatch(/⇒ shuffle to totals \[.*2 partitions\]\n {2}Stage 1: 2 tasks after stage 0/);
  });

  it.each([
    ["kinesis-word-count", kinesisWordCount, "kinesisStream-0: records of stream lines"],
    ["log-errors", logErrors, "textFileStream-0: lines of files in logs"],
    ["custom-receiver", customReceiver, "feed: records of a receiver of the program"],
  ])("explains the example %s", async (_, app, input) => {
    expect(await explain(app)).toContain(`  ${input}\n`);
  });

  it("says where there is none", async () => {
    const text = await explainBuild((ssc) => ssc.queueStream([[1]]).print());
    expect(text).toContain("queueStream-0: collections of the program, one a batch");
    expect(text).toContain("State\n  none\n");
  });

  it("answers actions in transform bodies as for an RDD without elements", async () => {
    const text = await explainBuild((ssc) =>
      ssc
        .queueStream([[1]])
        .transform(async (rdd) => ((await rdd.count()) === 0 ? rdd.map((n) => n) : rdd.filter(() => true)))
        .print(),
    );
    expect(text).toContain("transform-0/map-0 map");
  });
});

describe("describeGraph", () => {
  it("says what a deployment has to know, in plain data", () => {
    const ssc = new StreamingContext(wordCount);
    wordCount.build(ssc);
    const description = describeGraph(ssc.graph, wordCount.options);
    expect(JSON.parse(JSON.stringify(description))).toMatchObject({
      name: "word-count",
      batchDurationMillis: 1000,
      inputs: [
        { uid: "socketTextStream-0", type: "stream", stream: "word-count.socketTextStream-0", receiver: "socket" },
      ],
      state: [{ uid: "totals", kind: "updateStateByKey" }],
      outputs: [{ uid: "print-0", kind: "print", of: "totals" }],
      files: [],
      options: { onBatchFailure: "halt", retainBatches: 100 },
    });
  });

  it("tells all kinds of inputs apart", () => {
    const app = streamingApp("all", { batchDuration: seconds(1) }, (ssc) => {
      const lines = [ssc.kinesisStream("lines"), ssc.textFileStream("s3://logs/raw"), ssc.queueStream([["a"]])];
      for (const stream of lines) stream.print();
      ssc.kinesisStream("unread");
    });
    const ssc = new StreamingContext(app);
    app.build(ssc);
    expect(describeGraph(ssc.graph, app.options).inputs).toEqual([
      { uid: "kinesisStream-0", type: "stream", stream: "lines" },
      { uid: "textFileStream-0", type: "files", directory: "s3://logs/raw" },
      { uid: "queueStream-0", type: "queue" },
    ]);
  });
});
