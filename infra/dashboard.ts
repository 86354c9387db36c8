/** An application at a glance: what Spark's streaming page shows, and what it costs. */
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { METRICS, type MetricKey } from "../shared/aws/metric-names.js";
import type { Functions } from "./functions.js";
import { metricOf } from "./metrics.js";
import type { Streams } from "./streams.js";

export interface DashboardProps {
  readonly appName: string;
  readonly functions: Functions;
  readonly streams: Streams;
  readonly alarms: readonly cloudwatch.IAlarm[];
}

/** Width of the dashboard's grid. */
const FULL = 24;

const MINUTE = Duration.minutes(1);

/** Every metric that the functions publish is in one of these. */
const GRAPHS: readonly { readonly title: string; readonly metrics: readonly MetricKey[] }[] = [
  { title: "Records", metrics: ["records"] },
  { title: "Batches", metrics: ["batchesCommitted"] },
  { title: "Delays", metrics: ["schedulingDelay", "processingDelay", "totalDelay"] },
  { title: "Behind the streams", metrics: ["lag"] },
  { title: "Failures", metrics: ["batchFailures", "outputFailures", "schedulerFailures"] },
  { title: "Retries", metrics: ["throttles", "executorsLost", "callsLeftBehind"] },
  { title: "Estimated cost (US dollars a minute)", metrics: ["estimatedCost"] },
];

export function newDashboard(scope: Construct, props: DashboardProps): cloudwatch.Dashboard {
  const dashboard = new cloudwatch.Dashboard(scope, "Dashboard", { defaultInterval: Duration.hours(3) });
  dashboard.addWidgets(new cloudwatch.AlarmStatusWidget({ title: "Alarms", alarms: [...props.alarms], width: FULL }));
  dashboard.addWidgets(
    ...GRAPHS.map(({ title, metrics }) =>
      graph(
        title,
        metrics.map((key) => publishedBy(props.appName, key)),
      ),
    ),
    ...ofServices(props),
  );
  return dashboard;
}

function publishedBy(appName: string, key: MetricKey): cloudwatch.Metric {
  return metricOf(appName, key, MINUTE).with({ label: METRICS[key].name });
}

function ofServices({ functions: { scheduler, executors }, streams }: DashboardProps): cloudwatch.IWidget[] {
  const all = [scheduler, ...executors];
  return [
    graph(
      "Invocations",
      all.map((made) => made.metricInvocations({ period: MINUTE, label: made.node.id })),
    ),
    graph(
      "Run time",
      all.map((made) => made.metricDuration({ period: MINUTE, label: made.node.id })),
    ),
    graph(
      "Errors of functions",
      all.map((made) => made.metricErrors({ period: MINUTE, label: made.node.id })),
    ),
    ...Object.entries(streams).map(([name, stream]) =>
      graph(`Stream ${name}`, [
        stream.metricIncomingRecords({ period: MINUTE, statistic: "Sum" }),
        stream.metricGetRecordsIteratorAgeMilliseconds({ period: MINUTE, statistic: "Maximum" }),
      ]),
    ),
  ];
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, width: FULL / 3, leftYAxis: { min: 0 } });
}
