import { SystemClock, TraceExporter } from "../../shared/system/index.js";
import { Collector } from "../support/collector.js";

describe("TraceExporter", () => {
  const said: string[] = [];
  const open: Collector[] = [];
  const console = { log: (_level: unknown, message: string) => void said.push(message) };
  const clock = new SystemClock();

  const collector = async (answer?: () => number | Promise<number>): Promise<[Collector, string]> => {
    const made = new Collector(answer);
    open.push(made);
    return [made, await made.open()];
  };

  beforeEach(() => void said.splice(0));
  afterEach(async () => {
    for (const made of open.splice(0)) await made.close();
  });

  it("posts traces one by one, to OTLP's path or to the URL's own", async () => {
    const [made, url] = await collector();
    const exporter = new TraceExporter({ url, clock, console });
    for (const n of [1, 2, 3]) exporter.send({ n });
    await exporter.flush(5_000);
    expect(made.got).toEqual([1, 2, 3].map((n) => ({ path: "/v1/traces", type: "application/json", body: { n } })));
    const other = new TraceExporter({ url: `${url}/otlp/here`, clock, console });
    other.send({ n: 4 });
    await other.flush(5_000);
    expect(made.got.at(-1)?.path).toBe("/otlp/here");
    expect(said).toEqual([]);
  });

  it("says once that the collector fails, and again only after it has taken something", async () => {
    let status = 500;
    const [made, url] = await collector(() => status);
    const exporter = new TraceExporter({ url, clock, console });
    for (const next of [500, 500, 200, 503]) {
      status = next;
      exporter.send({});
      await exporter.flush(5_000);
    }
    expect(made.got).toHaveLength(4);
    expect(said).toEqual([expect.stringContaining("it answered 500"), expect.stringContaining("it answered 503")]);
  });

  it("goes on when nobody listens", async () => {
    const [made, url] = await collector();
    await made.close();
    const exporter = new TraceExporter({ url, clock, console });
    exporter.send({});
    exporter.send({});
    await exporter.flush(5_000);
    expect(said).toEqual([expect.stringContaining("ECONNREFUSED")]);
  });

  it("drops what does not fit into its queue, and waits for a slow collector only so long", async () => {
    let answer: (status: number) => void = () => {};
    const [made, url] = await collector(() => new Promise((resolve) => (answer = resolve)));
    const exporter = new TraceExporter({ url, clock, console, maxWaiting: 2 });
    for (const n of [1, 2, 3, 4, 5]) exporter.send({ n });
    const began = clock.monotonic();
    await exporter.flush(200);
    expect(clock.monotonic() - began).toBeLessThan(2_000);
    expect(made.got).toHaveLength(1);
    expect(said).toEqual([expect.stringContaining("too slow")]);
    while (made.got.length < 3) {
      answer(200);
      await clock.sleep(5);
    }
    answer(200);
    await exporter.flush(5_000);
    expect(made.got.map(({ body }) => body)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it("gives a collector up that does not answer", async () => {
    const [, url] = await collector(() => new Promise<number>(() => {}));
    const exporter = new TraceExporter({ url, clock, console, answerMillis: 100 });
    exporter.send({});
    await exporter.flush(5_000);
    expect(said).toEqual([expect.stringContaining("did not take a trace")]);
  });
});
