/** Alarms, metrics, dashboard and runbook hold together. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Topic } from "aws-cdk-lib/aws-sns";
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from "../../shared/aws/metric-names.js";
import { minutes, seconds, streamingApp } from "../../shared/index.js";
import type { AppOptions } from "../../shared/streaming/index.js";
import { type Props, resourcesOf, synthesise } from "./synthesise.js";

const runbook = readFileSync(join(__dirname, "..", "..", "docs", "runbook.md"), "utf8");
const sections = [...runbook.matchAll(/^#{2,3} (.+)$/gm)].map(([, title]) => anchorOf(`${title}`));

interface Alarm {
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly AlarmDescription: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly Period: number;
  readonly TreatMissingData: string;
  readonly AlarmActions?: readonly unknown[];
}

function countOf(options: AppOptions) {
  return streamingApp("count", options, (ssc) => ssc.kinesisStream("lines").count().print());
}

const everySecond = countOf({ batchDuration: seconds(1) });

function alarmsOf(program = everySecond, props: Props = {}): readonly Alarm[] {
  return Object.values(resourcesOf(synthesise(program, props).template))
    .filter(({ Type }) => Type === "AWS::CloudWatch::Alarm")
    .map(({ Properties }) => Properties as unknown as Alarm);
}

function alarmOn(metric: string, program = everySecond): Alarm | undefined {
  return alarmsOf(program).find(({ MetricName, Namespace }) => MetricName === metric && Namespace === METRIC_NAMESPACE);
}

describe("alarms", () => {
  const alarms = alarmsOf();

  it("name a section of the runbook each", () => {
    const anchors = alarms.map(({ AlarmDescription }) => /docs\/runbook\.md#([\w-]+)$/.exec(AlarmDescription)?.[1]);
    expect(anchors).not.toContain(undefined);
    expect(anchors.filter((anchor) => !sections.includes(`${anchor}`))).toEqual([]);
  });

  it("watch every metric that has a section, but those that another stands for", () => {
    const watched = new Set(alarms.map(({ MetricName }) => MetricName));
    const unwatched = Object.values(METRICS).filter(({ name }) => !watched.has(name));
    // SchedulingDelay tells of late batches; BatchesCommitted of none.
    expect(unwatched.map(({ name }) => name)).toEqual(["Records", "ProcessingDelay", "TotalDelay"]);
  });

  it("watch metrics of the application by the dimension under which they are published", () => {
    const own = alarms.filter(({ Namespace }) => Namespace === METRIC_NAMESPACE);
    expect(own.length).toBeGreaterThan(8);
    const names = Object.values(METRICS).map(({ name }) => name as string);
    for (const { MetricName, Dimensions } of own) {
      expect(names).toContain(MetricName);
      expect(Dimensions).toEqual([{ Name: METRIC_DIMENSION, Value: "count" }]);
    }
  });

  it("watch the services too", () => {
    const others = alarms.filter(({ Namespace }) => Namespace !== METRIC_NAMESPACE);
    expect(others.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`).sort()).toEqual([
      "AWS/Kinesis GetRecords.IteratorAgeMilliseconds",
      "AWS/Lambda Errors",
      "AWS/Lambda Throttles",
      "AWS/SQS ApproximateNumberOfMessagesVisible",
    ]);
  });

  it("look back no longer than CloudWatch can", () => {
    for (const { Period, EvaluationPeriods } of alarmsOf(countOf({ batchDuration: minutes(24 * 60) }))) {
      expect(Period * EvaluationPeriods).toBeLessThanOrEqual(86_400);
    }
  });

  it.each([
    [seconds(1), 30_000],
    [minutes(5), 900_000],
  ])("rise for batches of %s that are late by three of them, and not by a hand-over", (batchDuration, threshold) => {
    expect(alarmOn("SchedulingDelay", countOf({ batchDuration }))?.Threshold).toBe(threshold);
  });

  it("rise when no batches are made, unless the application may sleep", () => {
    expect(alarmOn("BatchesCommitted")).toMatchObject({ TreatMissingData: "breaching", EvaluationPeriods: 2 });
    const sleeper = countOf({ batchDuration: seconds(1), idleTimeout: minutes(5) });
    expect(alarmOn("BatchesCommitted", sleeper)).toBeUndefined();
  });

  it("rise at the daily cost that is given", () => {
    const [cost] = alarmsOf(everySecond, { dailyCost: 2.5 }).filter(({ MetricName }) => MetricName === "EstimatedCost");
    expect(cost).toMatchObject({ Threshold: 2.5, Period: 86_400 });
  });

  it("tell the topic of their beginning and end", () => {
    const told = alarmsOf(everySecond, (stack) => ({ alarmTopic: new Topic(stack, "Topic") }));
    for (const alarm of told) {
      expect(alarm).toMatchObject({
        AlarmActions: [{ Ref: expect.any(String) }],
        OKActions: [{ Ref: expect.any(String) }],
      });
    }
    expect(alarms.every(({ AlarmActions }) => AlarmActions === undefined)).toBe(true);
  });
});

describe("the metrics", () => {
  it("have a section of the runbook each", () => {
    const anchors = Object.values(METRICS).map(({ runbook: anchor }) => anchor);
    expect(anchors.filter((anchor) => !sections.includes(anchor))).toEqual([]);
  });

  it("are all on the dashboard", () => {
    const [dashboard] = Object.values(resourcesOf(synthesise(everySecond).template)).filter(
      ({ Type }) => Type === "AWS::CloudWatch::Dashboard",
    );
    const body = JSON.stringify(dashboard?.Properties.DashboardBody);
    expect(Object.values(METRICS).filter(({ name }) => !body.includes(name))).toEqual([]);
  });
});

describe("docs/runbook.md", () => {
  it("has no section on an alarm that is not raised", () => {
    const [, part = ""] = runbook.split(/^## Alarms$/m);
    const [onAlarms = ""] = part.split(/^## /m);
    const titles = [...onAlarms.matchAll(/^### (.+)$/gm)].map(([, title]) => anchorOf(`${title}`));
    const raised = alarmsOf().map(({ AlarmDescription }) => AlarmDescription.split("#").at(-1));
    expect(titles.filter((title) => !raised.includes(title))).toEqual([]);
    expect(titles.length).toBeGreaterThan(8);
  });
});

/** As GitHub makes it of a title. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");
}
