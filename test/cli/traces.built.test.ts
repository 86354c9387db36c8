/** Traces as a collector gets them from the command. */
import { Collector } from "../support/collector.js";
import { killStarted, sluice } from "./cli-process.js";

afterEach(killStarted);

const run = (url: string) =>
  sluice(["run", "test/cli/programs/queue.ts", "--batches", "3", "--master", "local", "--no-console", "--traces", url]);

/** Of spans that were posted: their names and times. */
interface Request {
  readonly resourceSpans: readonly [
    {
      readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: object }[] };
      readonly scopeSpans: readonly [{ readonly spans: readonly { readonly name: string }[] }];
    },
  ];
}

describe("sluice run --traces", () => {
  it("sends a trace of each batch before it ends", async () => {
    const collector = new Collector();
    const { exitCode, stderr } = await run(await collector.open());
    await collector.close();
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining("ended after 3 batches")]);
    const requests = collector.got.map(({ body }) => (body as Request).resourceSpans[0]);
    expect(requests).toHaveLength(3);
    for (const { resource, scopeSpans } of requests) {
      expect(resource.attributes).toContainEqual({ key: "service.name", value: { stringValue: "queue" } });
      expect(scopeSpans[0].spans.map(({ name }) => name)).toEqual(expect.arrayContaining(["batch", "output print-0"]));
    }
  });

  it("runs as well without anybody who takes them, and says so once", async () => {
    const collector = new Collector();
    const url = await collector.open();
    await collector.close();
    const { exitCode, stderr } = await run(url);
    expect([exitCode, stderr.match(/did not take a trace/g)?.length]).toEqual([0, 1]);
  });
});
