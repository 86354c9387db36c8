import { duration, rate } from "../../cli/console/page/logic/format.js";
import { seconds } from "../../shared/index.js";
import {
  type BatchHistory,
  type BatchSummary,
  type MonitorSource,
  rest,
  StateExplorer,
} from "../../shared/monitor/index.js";
import { queuedBatch } from "../../shared/monitor/known-batch.js";
import { statistics } from "../../shared/monitor/spark-json.js";
import { program } from "../engine/world.js";
import { watch } from "./watched.js";

const HOSTILE = '</script><img src=x onerror="alert(1)">\u2028';

const app = program((ssc) => {
  ssc
    .queueStream([[HOSTILE, "b", "b"], ["b"], ["c"]])
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});

let history: BatchHistory;
let state: StateExplorer;

beforeAll(async () => {
  const watched = await watch(app, { batches: 3 });
  history = watched.history;
  state = new StateExplorer({ storage: watched.world, appName: "test", graph: history.graph() });
});

/** Status and parsed body. */
async function ask(target: string, method = "GET"): Promise<readonly [number, unknown, string]> {
  const url = new URL(target, "http://127.0.0.1");
  const reply = await rest({ source: history, state }, method, url.pathname, url.searchParams);
  if (reply === undefined) throw new Error(`${target} is not answered`);
  const isJson = reply.type.startsWith("application/json");
  return [reply.status, isJson ? JSON.parse(reply.body) : reply.body, reply.body];
}

describe("rest", () => {
  it("answers statistics with Spark's names", async () => {
    const [status, body] = await ask("/api/v1/statistics");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      startTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}GMT$/),
      batchDuration: 1000,
      numReceivers: 0,
      numActiveReceivers: 0,
      numInactiveReceivers: 0,
      numTotalCompletedBatches: 3,
      numRetainedCompletedBatches: 3,
      numProcessedRecords: 5,
      numReceivedRecords: 5,
      avgInputRate: 5 / 3,
    });
  });

  it("has rates by the second, averages of delays in whole milliseconds, and no value without batches (fact ui.inputRate)", async () => {
    const batch = (inputRate: number, delay: number) => ({
      ...queuedBatch(0),
      status: "completed" as const,
      inputRate,
      schedulingDelay: delay,
      processingTime: delay,
      totalDelay: 2 * delay,
    });
    const of = (batches: readonly BatchSummary[]) =>
      statistics({ app: () => history.app(), batches: () => batches } as unknown as MonitorSource);
    const slow = await watch(
      program((ssc) => ssc.queueStream([[1, 2, 3]]).print(), { batchDuration: seconds(2) }),
      { batches: 1 },
    );
    expect(slow.history.batches()[0]?.inputRate).toBe(1.5);
    expect(of([batch(1, 1), batch(2, 2)])).toMatchObject({
      avgInputRate: 1.5,
      avgSchedulingDelay: 1,
      avgProcessingTime: 1,
      avgTotalDelay: 3,
    });
    expect(of([])).toMatchObject({ avgInputRate: undefined, avgTotalDelay: undefined });
    expect([rate(undefined), duration(undefined)]).toEqual(["–", "–"]);
  });

  it("lists batches newest first, and by status", async () => {
    const [, all] = await ask("/api/v1/batches");
    const ids = (all as { batchId: number }[]).map(({ batchId }) => batchId);
    expect(ids).toEqual([...ids].sort((a, b) => b - a));
    const [, completed] = await ask("/api/v1/batches?status=completed");
    expect(completed).toHaveLength(3);
    expect((await ask("/api/v1/batches?status=PROCESSING"))[1]).toEqual([]);
    expect((await ask("/api/v1/batches?status=LOST"))[0]).toBe(400);
  });

  it("knows a batch, its operations and each of them", async () => {
    const time = history.timeline().batches[0]?.time ?? 0;
    expect((await ask(`/api/v1/batches/${time}`))[1]).toMatchObject({
      batchId: time,
      status: "COMPLETED",
      inputSize: 3,
      numTotalOutputOps: 1,
      numCompletedOutputOps: 1,
      numFailedOutputOps: 0,
    });
    const [, operations] = await ask(`/api/v1/batches/${time}/operations`);
    expect(operations).toMatchObject([{ outputOpId: 0, name: "print-0", description: "print" }]);
    expect((await ask(`/api/v1/batches/${time}/operations/0`))[1]).toEqual((operations as unknown[])[0]);
    expect((await ask(`/api/v1/applications/local/streaming/batches/${time}`))[0]).toBe(200);
  });

  it.each([
    "/api/v1/batches/1",
    "/api/v1/batches/x",
    "/api/v1/batches/1/operations",
    "/api/v1/receivers/7",
    "/api/v1/state/nobody/biggest",
    "/api/v1/state/totals/biggest?batch=1",
    "/api/v1/nothing",
    "/api/v1/__proto__",
  ])("knows no %s", async (target) => {
    const [status, body] = await ask(target);
    expect(status).toBe(404);
    expect(body).toEqual({ error: expect.any(String) });
  });

  it("knows no operation of a batch that has not so many", async () => {
    const time = history.timeline().batches[0]?.time ?? 0;
    expect((await ask(`/api/v1/batches/${time}/operations/1`))[0]).toBe(404);
  });

  it("changes nothing", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect((await ask("/api/v1/statistics", method))[0]).toBe(405);
    }
  });

  it("refuses what it does not understand", async () => {
    expect((await ask("/api/v1/state/totals/key"))[0]).toBe(400);
    expect((await ask("/api/v1/state/totals/biggest?batch=soon"))[0]).toBe(400);
    const bad = await rest({ source: history, state }, "GET", "/api/v1/batches/%E0%A4%A", new URLSearchParams());
    expect(bad?.status).toBe(400);
  });

  it("writes keys of the program so that no parser takes them for more than text", async () => {
    const [, body, text] = await ask("/api/v1/state/totals/biggest");
    expect((body as { keys: { key: string }[] }).keys.map(({ key }) => key)).toContain(HOSTILE);
    expect(text).not.toMatch(/[<>&\u2028]/);
  });

  it("leaves other paths to others", async () => {
    expect(await rest({ source: history, state }, "GET", "/index.html", new URLSearchParams())).toBeUndefined();
  });

  it("writes metrics that Prometheus can read, by Spark's names", async () => {
    const [, , text] = await ask("/metrics");
    const samples = new Map(
      text
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((line) => {
          const match = /^(sluice_[a-z_]+)\{app="test"(?:,service="[a-z0-9]+")?\} (-?[\d.e+-]+)$/.exec(line);
          if (match === null) throw new Error(`not a sample: ${line}`);
          return [match[1], Number(match[2])] as const;
        }),
    );
    const newest = history.timeline().batches.at(-1);
    expect(Object.fromEntries(samples)).toMatchObject({
      sluice_receivers: 0,
      sluice_total_completed_batches: 3,
      sluice_total_received_records: 5,
      sluice_total_processed_records: 5,
      sluice_running_batches: 0,
      sluice_retained_completed_batches: 3,
      sluice_last_completed_batch_processing_delay: newest?.processingTime,
      sluice_last_completed_batch_total_delay: newest?.totalDelay,
      sluice_last_received_batch_records: 1,
      sluice_state_keys: 3,
    });
  });
});
