import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { EventParser, type ServerEvent } from "../../cli/monitor/parse-events.js";
import { openReadOnly } from "../../shared/local/index.js";
import {
  type AppView,
  type BatchSummary,
  type BatchView,
  ManifestChain,
  type StateKeysView,
  type StateKeyView,
  type TimelineView,
} from "../../shared/monitor/index.js";
import { killStarted, removeFolders, sluice, startSluice } from "./cli-process.js";
import { failedBatches, startWatched, stopWatched, type WatchedApp } from "./watched-app.js";

const HOSTILE = "</script><script>alert('x')</script>";

let app: WatchedApp;

beforeAll(async () => {
  app = await startWatched();
  app.put(`to be or ${HOSTILE} to be`);
  await app.processed(1);
});
afterAll(killStarted);
afterAll(removeFolders);

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A request with headers that browsers and fetch would not let us set. */
async function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const { hostname, port } = new URL(app.url);
  const sent = request({ host: hostname, port, path, headers, method }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

describe("the console's server", () => {
  it("lets the page load scripts, styles and data from itself only", async () => {
    for (const path of ["/", "/api/v1/app", "/nothing", "/metrics"]) {
      const { headers } = await ask(path);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
    }
  });

  it.each([
    "evil.example",
    "evil.example:4040",
    "127.0.0.1.evil.example",
    "localhost.evil.example:80",
    "10.0.0.1",
    "[::2]",
  ])("refuses the host %j", async (host) => {
    const { status, body } = await ask("/api/v1/app", { Host: host });
    expect([400, 403]).toContain(status);
    expect(body).not.toContain("watched");
  });

  it("refuses a request without host", async () => {
    const socket = connect(Number(new URL(app.url).port), "127.0.0.1");
    socket.end("GET /api/v1/app HTTP/1.0\r\n\r\n");
    let answer = "";
    for await (const text of socket.setEncoding("utf8")) answer += text;
    expect(answer).toMatch(/^HTTP\/1\.[01] 403 /);
  });

  it.each(["localhost", "LOCALHOST:1", "127.0.0.1:4040", "[::1]:9"])("answers to the host %s", async (host) => {
    expect((await ask("/api/v1/app", { Host: host })).status).toBe(200);
  });

  it("refuses what pages of other sites ask for, and links from them not", async () => {
    expect((await ask("/api/v1/app", { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors" })).status).toBe(
      403,
    );
    const link = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" };
    expect((await ask("/metrics", link)).status).toBe(200);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("refuses %s", async (method) => {
    const { status, headers } = await ask("/api/v1/app", {}, method);
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, HEAD");
  });

  it("answers HEAD with the same headers and nothing else", async () => {
    const { status, headers, body } = await ask("/api/v1/graph", {}, "HEAD");
    expect([status, body]).toEqual([200, ""]);
    expect(headers["content-length"]).toBe((await ask("/api/v1/graph")).headers["content-length"]);
  });

  it.each([
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2fmain.js",
    "/.env",
    "/cli/main.js",
    "//evil.example/x.js",
  ])("gives away no file by %s", async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).not.toContain("sluice");
  });

  it("serves the page, which names nothing from elsewhere", async () => {
    const page = await ask("/");
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=/);
    const files = [...page.body.matchAll(/(?:src|href)="([^"#:]+)"/g)].map(
      ([, file]) => new URL(`${file}`, app.url).pathname,
    );
    expect(files).toContain("/main.js");
    for (const file of files) expect([file, (await ask(file)).status]).toEqual([file, 200]);
  });

  it("listens on this machine's own address only", async () => {
    const { networkInterfaces } = await import("node:os");
    const others = Object.values(networkInterfaces())
      .flatMap((own) => own ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    const port = new URL(app.url).port;
    for (const { address } of others) await expect(fetch(`http://${address}:${port}/metrics`)).rejects.toThrow();
  });

  it("escapes what comes from the data", async () => {
    const reply = await ask("/api/v1/state/totals/biggest");
    expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(reply.body).not.toMatch(/[<>]/);
    expect((JSON.parse(reply.body) as StateKeysView).keys.map(({ key }) => key)).toContain(HOSTILE.split(" ")[0]);
    expect((await ask("/api/v1/app")).body).not.toMatch(/[<>]/);
    const events = await read("/events", (event) => event.event === "app");
    expect(events.map(({ data }) => data).join("")).not.toMatch(/[<>]/);
  });

  it("finds a key in the state of the running application, as of now and of before", async () => {
    expect(await app.get<StateKeyView>("/api/v1/state/totals/key?key=to")).toMatchObject({ found: true, value: "2" });
    const missing = await app.get<StateKeyView>("/api/v1/state/totals/key?key=nobody");
    expect(missing.found).toBe(false);
  });
});

/** Reads events until one is the last that is wanted. */
async function read(
  path: string,
  isLast: (event: ServerEvent) => boolean,
  headers: Record<string, string> = {},
): Promise<readonly ServerEvent[]> {
  const { hostname, port } = new URL(app.url);
  const sent = request({ host: hostname, port, path, headers }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  expect(response.headers["content-type"]).toBe("text/event-stream; charset=utf-8");
  const parser = new EventParser();
  const events: ServerEvent[] = [];
  for await (const text of response.setEncoding("utf8")) {
    for (const event of parser.push(String(text))) {
      events.push(event);
      if (isLast(event)) return events;
    }
  }
  return events;
}

describe("its events", () => {
  it("begin with all that is known and go on with what changes", async () => {
    const isNews = ({ event, data }: ServerEvent): boolean =>
      event === "batches" && (JSON.parse(data) as BatchSummary[]).some(({ records }) => records === 1);
    const events = read("/events", isNews);
    const { processedRecords } = await app.get<AppView>("/api/v1/app");
    app.put("more words");
    const names = (await events).map(({ event }) => event);
    expect(names.slice(0, 3)).toEqual(["graph", "app", "timeline"]);
    expect((await events).at(-1)?.id).toMatch(/^\w+-\d+$/);
    await app.processed(processedRecords + 1);
  });

  it("go on where a client was", async () => {
    const first = await read("/events", ({ event }) => event === "timeline");
    const id = first.at(-1)?.id ?? "";
    const again = await read("/events", ({ event }) => event === "batches", { "Last-Event-ID": id });
    expect(again.map(({ event }) => event)).not.toContain("timeline");
    const other = await read("/events", ({ event }) => event === "timeline", { "Last-Event-ID": "other-3" });
    expect(other.map(({ event }) => event)).toContain("timeline");
  });

  it("bring the whole of a batch that failed", async () => {
    const events = read("/events", ({ event }) => event === "batch");
    app.put("a bad word");
    const batch = JSON.parse((await events).at(-1)?.data ?? "") as BatchView;
    expect(batch).toMatchObject({
      status: "failed",
      failure: {
        operator: "map-0",
        record: '"bad"',
        stack: expect.stringMatching(/RangeError: a bad word\n.*watched\.ts/),
      },
      replay: expect.stringMatching(`^npx sluice replay .*watched\\.ts --batch ${batch.time} --checkpoint `),
    });
    expect(batch.failure?.stack).not.toContain("dist");
  });
});

describe("its numbers", () => {
  it("are those of the checkpoint", async () => {
    app.put("one more");
    const [failed] = await app
      .until<TimelineView>("/api/v1/timeline", ({ batches }) => failedBatches(batches).length > 0)
      .then(({ batches }) => failedBatches(batches));
    const store = openReadOnly(app.checkpoint);
    try {
      const manifests = await new ManifestChain(store, "job-watched").newest(1000);
      const { batches } = await app.get<TimelineView>("/api/v1/timeline");
      const shown = new Map(batches.map((batch) => [batch.time, batch]));
      expect(manifests.length).toBeGreaterThan(3);
      for (const { time, records, stats, failed: failure } of manifests) {
        const batch = shown.get(time);
        expect(batch).toMatchObject({ records, submittedAt: stats.submittedAt, startedAt: stats.startedAt });
        expect(batch?.stateKeys).toBe(stats.state.reduce((sum, { keys }) => sum + keys, 0));
        expect(batch?.status === "failed").toBe(failure !== undefined);
      }
      expect(manifests.find(({ time }) => time === failed?.time)?.failed?.operator).toBe("map-0");
    } finally {
      await store.close();
    }
  });

  it("are the same in all places", async () => {
    const view = await app.get<AppView>("/api/v1/app");
    const statistics = await app.get<Record<string, number>>("/api/v1/statistics");
    expect(statistics.numTotalCompletedBatches).toBeGreaterThanOrEqual(view.batches.completed + view.batches.failed);
    const { body } = await ask("/metrics");
    const metric = (name: string): number => Number(new RegExp(`^sluice_${name}\\{.*\\} (.*)$`, "m").exec(body)?.[1]);
    expect(metric("total_received_records")).toBeGreaterThanOrEqual(view.records);
    expect(metric("batch_duration_milliseconds")).toBe(100);
  });
});

describe("sluice run", () => {
  it("says goodbye to those who look, with what it ended with", async () => {
    const events = read("/events", ({ event }) => event === "ended");
    await once(app.process.process.stdout, "data");
    await stopWatched(app);
    const last = (await events).slice(-2);
    expect(last.map(({ event }) => event)).toEqual(["app", "ended"]);
    expect(JSON.parse(last[1]?.data ?? "")).toEqual({ state: "failed" });
  });

  it("has no console with --no-console", async () => {
    const { stderr, exitCode } = await sluice(["run", "test/cli/programs/queue.ts", "--batches", "1", "--no-console"]);
    expect(stderr).not.toContain("console");
    expect(exitCode).toBe(0);
  });

  it("refuses a port that is taken when it was asked for, and finds another when not", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const run = ["run", "test/cli/programs/queue.ts", "--batches", "1", "--master", "local"];
    const { stderr, exitCode } = await sluice([...run, "--console-port", String(port)]);
    expect(stderr).toContain(`Port ${port} is taken`);
    expect(exitCode).toBe(2);
    server.close();
    const first = startSluice(["run", "test/cli/programs/endless.ts", "--master", "local"]);
    const second = startSluice(["run", "test/cli/programs/endless.ts", "--master", "local"]);
    const [[, one], [, other]] = await Promise.all([
      first.says(/console {5}http:\/\/127\.0\.0\.1:(\d+)/),
      second.says(/console {5}http:\/\/127\.0\.0\.1:(\d+)/),
    ]);
    expect(one).not.toBe(other);
  });
});
