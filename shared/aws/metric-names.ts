/**
 * The metrics of a deployed application, in one list: the functions publish them, alarms and dashboard read them, and the
 * runbook has a section for each. All have one dimension, the application, because CloudWatch bills every combination of
 * name and dimensions as a metric of its own. What is known per shard or per operator stands in the log.
 */

/** CloudWatch namespace of all metrics. */
export const METRIC_NAMESPACE = "Sluice";

/** Name of their one dimension; its value is the application's name. */
export const METRIC_DIMENSION = "app";

/** Units as CloudWatch spells them; `None` for US dollars, which it does not know. */
export type MetricUnitName = "Count" | "Milliseconds" | "None";

/** A metric: what is published under its name, and where the runbook says what to do about it. */
export interface MetricSpec {
  /** Name in CloudWatch. */
  readonly name: string;
  readonly unit: MetricUnitName;
  /** The statistic that says something about it. */
  readonly statistic: "Sum" | "Maximum" | "Average";
  readonly meaning: string;
  /** Anchor of its section in docs/runbook.md. */
  readonly runbook: string;
}

/** All metrics that the functions publish. */
export const METRICS = {
  batchesCommitted: {
    name: "BatchesCommitted",
    unit: "Count",
    statistic: "Sum",
    meaning: "Batches committed. None for several intervals: the application stands still, or sleeps if it may.",
    runbook: "no-batches",
  },
  records: {
    name: "Records",
    unit: "Count",
    statistic: "Sum",
    meaning: "Records read from all inputs, once a batch.",
    runbook: "no-batches",
  },
  processingDelay: {
    name: "ProcessingDelay",
    unit: "Milliseconds",
    statistic: "Maximum",
    meaning:
      "From when the driver began with a batch to the end of its outputs. Longer than the interval: batches fall behind.",
    runbook: "batches-late",
  },
  schedulingDelay: {
    name: "SchedulingDelay",
    unit: "Milliseconds",
    statistic: "Maximum",
    meaning: "How long after it was due the driver began with a batch.",
    runbook: "batches-late",
  },
  totalDelay: {
    name: "TotalDelay",
    unit: "Milliseconds",
    statistic: "Maximum",
    meaning: "From when a batch was due to the end of its outputs.",
    runbook: "batches-late",
  },
  batchFailures: {
    name: "BatchFailures",
    unit: "Count",
    statistic: "Sum",
    meaning:
      "Batches that failed for good: the program or its data is at fault. The application halts there, or skips them.",
    runbook: "batch-failures",
  },
  outputFailures: {
    name: "OutputFailures",
    unit: "Count",
    statistic: "Sum",
    meaning: "Output operations given up. They stay owed, and the application halts until they can be done.",
    runbook: "output-failures",
  },
  schedulerFailures: {
    name: "SchedulerFailures",
    unit: "Count",
    statistic: "Sum",
    meaning:
      "Schedulers ended by anything else than batches or outputs: checkpoint, data loss, services. The next tick tries again.",
    runbook: "scheduler-failures",
  },
  lag: {
    name: "Lag",
    unit: "Milliseconds",
    statistic: "Maximum",
    meaning: "How far the shard that is furthest behind was behind its newest record when the batch had read it.",
    runbook: "lag",
  },
  throttles: {
    name: "Throttles",
    unit: "Count",
    statistic: "Sum",
    meaning: "Calls that a service refused because there were too many; each is tried again.",
    runbook: "throttles",
  },
  executorsLost: {
    name: "ExecutorsLost",
    unit: "Count",
    statistic: "Sum",
    meaning: "Executors that crashed, ran out of memory or time, or could not be reached; their tasks run again.",
    runbook: "executors-lost",
  },
  callsLeftBehind: {
    name: "CallsLeftBehind",
    unit: "Count",
    statistic: "Sum",
    meaning:
      "Calls to services that were still under way when a function had to return. They can do no harm, but cost time.",
    runbook: "calls-left-behind",
  },
  estimatedCost: {
    name: "EstimatedCost",
    unit: "None",
    statistic: "Sum",
    meaning:
      "US dollars at list price for what the functions did: run time, requests, bytes. Not the streams themselves, nor storage.",
    runbook: "cost",
  },
} as const satisfies Readonly<Record<string, MetricSpec>>;

/** A metric's key in {@link METRICS}. */
export type MetricKey = keyof typeof METRICS;
