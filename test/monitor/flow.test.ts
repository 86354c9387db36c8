import { flowOf } from "../../shared/monitor/index.js";
import { program } from "../engine/world.js";
import { watch } from "./watched.js";

const app = program((ssc) => {
  ssc
    .queueStream([["a", "b"], ["bad"]], { numPartitions: 1 })
    .map((text) => {
      if (text === "bad") throw new Error("bad");
      return text;
    })
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});

describe("flowOf", () => {
  it("tells what went through the operators, and which one failed", async () => {
    const { history } = await watch(app, { batches: 2 });
    const graph = history.graph();
    expect(graph.nodes.map(({ uid, role }) => [uid, role])).toEqual([
      ["queueStream-0", "input"],
      ["map-0", "operator"],
      ["mapToPair-0", "operator"],
      ["totals", "stateful"],
      ["print-0", "output"],
    ]);
    const [first, second] = history.timeline().batches.map(({ time }) => history.batch(time));
    const flow = first && flowOf(graph, first, 1000);
    expect(flow).toMatchObject({
      "queueStream-0": { status: "ok", records: 2 },
      "map-0": { status: "ok", stage: 0 },
      totals: { status: "ok", keys: 2 },
      "print-0": { status: "ok" },
    });
    expect(second && flowOf(graph, second, 1000)).toMatchObject({
      "queueStream-0": { status: "ok", records: 1 },
      "map-0": { status: "failed" },
      "print-0": { status: "idle" },
    });
  });
});
