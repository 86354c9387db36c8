import { mergeBatches } from "../../cli/console/page/data/batch-list.js";
import { Model } from "../../cli/console/page/data/model.js";
import { waitingBatches } from "../../cli/console/page/data/waiting.js";
import { MEASURES, seriesOf } from "../../cli/console/page/logic/series.js";
import type { BatchSummary, MinuteView } from "../../shared/monitor/index.js";
import { SyntheticSource } from "./synthetic-source.js";

const from = 1_790_000_000_000;

function modelOf(source: SyntheticSource): Model {
  const model = new Model();
  model.setApp(source.app());
  model.setTimeline(source.timeline());
  return model;
}

describe("mergeBatches", () => {
  const batches = new SyntheticSource({ batches: 5, from }).timeline().batches;

  it("replaces, adds and inserts by time", () => {
    const [first, second, third, ...rest] = batches as [BatchSummary, BatchSummary, BatchSummary];
    const changed = { ...second, records: 1 };
    const merged = mergeBatches([first, second, ...rest], [changed, third]);
    expect(merged.map(({ time }) => time)).toEqual(batches.map(({ time }) => time));
    expect(merged[1]?.records).toBe(1);
  });

  it("leaves the list it was given as it is, and keeps the newest", () => {
    const before = batches.slice(0, 3);
    const merged = mergeBatches(before, batches.slice(3), 4);
    expect(before).toHaveLength(3);
    expect(merged).toEqual(batches.slice(1));
  });
});

describe("looking back", () => {
  it("shows what was known at that batch, whatever comes meanwhile", () => {
    const source = new SyntheticSource({ batches: 100, from, failing: [98] });
    const model = modelOf(source);
    const earlier = modelOf(new SyntheticSource({ batches: 90, from })).shown;
    model.freeze(from + 89_000);
    source.add();
    model.addBatches(source.changedSince(101));
    model.setApp(source.app());
    const { app, batches } = model.shown ?? fail();
    expect(batches).toEqual(earlier?.batches);
    expect(app.records).toBe(earlier?.app.records);
    expect(app.batches).toMatchObject({ completed: 90, failed: 0 });
    for (const name of ["inputRate", "processingTime", "totalDelay", "lagMillis", "keepsUp", "now"] as const) {
      expect(app[name]).toEqual(earlier?.app[name]);
    }
    expect(app.cost?.total).toBeCloseTo(earlier?.app.cost?.total ?? 0, 12);
    expect(app.costPerMonth?.total).toBeCloseTo(earlier?.app.costPerMonth?.total ?? 0, 6);
    expect(model.missed).toBe(1);
    expect(model.scrubbed).toHaveLength(100);
  });

  it("ends where the newest is", () => {
    const source = new SyntheticSource({ batches: 10, from });
    const model = modelOf(source);
    model.freeze(from);
    source.add();
    model.addBatches(source.changedSince(11));
    model.freeze(undefined);
    expect(model.frozenAt).toBeUndefined();
    expect(model.shown?.batches).toHaveLength(11);
    expect(model.missed).toBe(0);
  });

  it("shows nothing before anything was told", () => {
    const model = new Model();
    model.freeze(from);
    expect(model.shown).toBeUndefined();
  });
});

describe("batches that wait", () => {
  const app = new SyntheticSource({ batches: 5, from }).app();
  const waiting = (count: number, now: number) =>
    waitingBatches({ ...app, now, batches: { ...app.batches, waiting: count } }, from).map(({ time }) => time - from);

  it("are those that are due", () => {
    expect(waiting(3, from + 3500)).toEqual([1000, 2000, 3000]);
    expect(waiting(0, from + 500)).toEqual([]);
  });

  it("are one where missed ones are put together", () => {
    expect(waiting(1, from + 3500)).toEqual([3000]);
    expect(waiting(1, from + 1500)).toEqual([1000]);
  });

  it("are not known before the first has begun", () => {
    expect(waitingBatches(app, undefined)).toEqual([]);
  });
});

describe("what is drawn over time", () => {
  const minute: MinuteView = {
    from: from - 60_000,
    batches: 60,
    failed: 0,
    records: 6000,
    bytes: 0,
    schedulingDelay: 600,
    processingTime: 12_000,
    totalDelay: 12_600,
    maxProcessingTime: 500,
    maxTotalDelay: 600,
    maxLagMillis: 0,
    cost: 0,
  };

  it("is means of minutes, and then batch by batch", () => {
    const { batches } = new SyntheticSource({ batches: 2, from, millis: () => 250 }).timeline();
    const values = MEASURES.map((measure) => seriesOf(measure, batches, [minute], 1000).values);
    expect(values.map(([first]) => first)).toEqual([100, 10, 200, 210]);
    expect(values[2]).toEqual([200, 250, 250]);
  });

  it("marks batches that failed, and never goes back in time", () => {
    const { batches } = new SyntheticSource({ batches: 2, from, millis: () => 250, failing: [1] }).timeline();
    const late = { ...minute, from: from + 500 };
    const series = seriesOf(MEASURES[2] ?? fail(), batches, [minute, late], 1000);
    expect(series.times).toEqual([from - 60_000, from, from + 1000]);
    expect(series.failed).toEqual([null, null, 250]);
  });
});

function fail(): never {
  throw new Error("absent");
}
