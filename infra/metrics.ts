import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, type MetricKey } from "../shared/aws/metric-names.js";

const DEFAULT_PERIOD = Duration.minutes(5);

/** A metric that the functions of an application publish. */
export function metricOf(appName: string, key: MetricKey, period: Duration = DEFAULT_PERIOD): cloudwatch.Metric {
  const { name, statistic } = METRICS[key];
  return new cloudwatch.Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { [METRIC_DIMENSION]: appName },
    statistic,
    period,
  });
}
