/** What an operator is told of. Each alarm names the section of the runbook that says what to do. */
import { Duration } from "aws-cdk-lib";
import * as cloudwatch from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type * as sns from "aws-cdk-lib/aws-sns";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import { METRICS, type MetricKey } from "../shared/aws/metric-names.js";
import type { ProgramDescription } from "../shared/plan/index.js";
import type { Functions } from "./functions.js";
import { metricOf } from "./metrics.js";
import type { Streams } from "./streams.js";

const FIVE_MINUTES = Duration.minutes(5);
const DAY = Duration.days(1);

/** Intervals by which a batch may be late before somebody is told. */
const LATE_INTERVALS = 3;

/** No interval is so short that this delay is worth an alarm, milliseconds: a driver's hand-over takes some seconds. */
const LEAST_LATE_MILLIS = 30_000;

/** How far behind its streams an application may fall, milliseconds: long enough to catch up after a hand-over. */
const LEAST_LAG_MILLIS = 5 * 60_000;

/** Half of what a new stream keeps: the other half is the time to do something about it. */
const IDLE_RECORDS_MILLIS = 12 * 3_600_000;

/** Longest stretch that CloudWatch looks back on for one alarm: a day. */
const MOST_PERIODS = DAY.toSeconds() / FIVE_MINUTES.toSeconds();

interface AlarmSpec {
  /** Name of the alarm in the stack. */
  readonly id: string;
  readonly metric: cloudwatch.IMetric;
  readonly threshold: number;
  /** @defaultValue at or above the threshold */
  readonly below?: boolean;
  /** Periods in a row. @defaultValue 1 */
  readonly periods?: number;
  /** Is no data a reason for the alarm? @defaultValue false */
  readonly missing?: boolean;
  readonly says: string;
  /** Section of docs/runbook.md. */
  readonly runbook: string;
}

export interface AlarmsProps {
  readonly program: ProgramDescription;
  readonly functions: Functions;
  readonly streams: Streams;
  readonly deadLetters: sqs.IQueue;
  /** US dollars. */
  readonly dailyCost: number;
  readonly topic?: sns.ITopic;
}

export class Alarms extends Construct {
  readonly all: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.all = [...ofBatches(props), ...ofServices(props), ...ofStreams(props)].map((spec) => this.#add(spec));
    if (props.topic === undefined) return;
    for (const alarm of this.all) {
      alarm.addAlarmAction(new SnsAction(props.topic));
      alarm.addOkAction(new SnsAction(props.topic));
    }
  }

  #add({ id, metric, threshold, below, periods = 1, missing, says, runbook }: AlarmSpec): cloudwatch.Alarm {
    const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
    const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;
    return new cloudwatch.Alarm(this, id, {
      metric,
      threshold,
      comparisonOperator: below ? LESS_THAN_THRESHOLD : GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: missing ? BREACHING : NOT_BREACHING,
      alarmDescription: `${says} What to do: docs/runbook.md#${runbook}`,
    });
  }
}

/** What the application says of itself. */
function ofBatches({ program, dailyCost }: AlarmsProps): AlarmSpec[] {
  const { name, batchDurationMillis: interval, options } = program;
  const of = (
    key: MetricKey,
    spec: Pick<AlarmSpec, "id" | "threshold"> & Partial<AlarmSpec> & { readonly period?: Duration },
  ): AlarmSpec => ({
    metric: metricOf(name, key, spec.period ?? FIVE_MINUTES),
    says: METRICS[key].meaning,
    runbook: METRICS[key].runbook,
    ...spec,
  });
  const late = Math.max(LATE_INTERVALS * interval, LEAST_LATE_MILLIS);
  const quiet = Math.ceil((LATE_INTERVALS * interval) / FIVE_MINUTES.toMilliseconds());
  return [
    of("schedulingDelay", { id: "BatchesLate", threshold: late, periods: 3 }),
    of("lag", { id: "Lag", threshold: Math.max(10 * interval, LEAST_LAG_MILLIS), periods: 3 }),
    of("batchFailures", { id: "BatchFailures", threshold: 1 }),
    of("outputFailures", { id: "OutputFailures", threshold: 1 }),
    of("schedulerFailures", { id: "SchedulerFailures", threshold: 3 }),
    of("executorsLost", { id: "ExecutorsLost", threshold: 5, periods: 2 }),
    of("throttles", { id: "Throttles", threshold: 100, periods: 3 }),
    of("callsLeftBehind", { id: "CallsLeftBehind", threshold: 10, periods: 3 }),
    of("estimatedCost", {
      id: "Cost",
      threshold: dailyCost,
      period: DAY,
      says: `A day has cost more than ${dailyCost} US dollars, by estimate, for what the functions did.`,
    }),
    // An application that may sleep makes no batches while it does.
    ...(options.idleTimeout === undefined
      ? [
          of("batchesCommitted", {
            id: "NoBatches",
            threshold: 1,
            below: true,
            missing: true,
            periods: Math.min(Math.max(quiet, 2), MOST_PERIODS),
            says: "No batch has been committed: the application stands still.",
          }),
        ]
      : []),
  ];
}

/** What services say of it: also what it cannot say any more. */
function ofServices({ functions, deadLetters }: AlarmsProps): AlarmSpec[] {
  return [
    {
      id: "SchedulerErrors",
      metric: functions.scheduler.metricErrors({ period: FIVE_MINUTES }),
      threshold: 3,
      says: "Schedulers crash, or run out of memory or time.",
      runbook: METRICS.schedulerFailures.runbook,
    },
    {
      id: "SchedulerThrottles",
      metric: functions.scheduler.metricThrottles({ period: FIVE_MINUTES }),
      threshold: 3,
      says: "Lambda refuses to start schedulers: the account's concurrency is used up.",
      runbook: METRICS.throttles.runbook,
    },
    {
      id: "DeadLetters",
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({ period: FIVE_MINUTES }),
      threshold: 1,
      says: "Ticks or hand-overs could not start a scheduler.",
      runbook: "dead-letters",
    },
  ];
}

function ofStreams({ streams }: AlarmsProps): AlarmSpec[] {
  return Object.entries(streams).map(([name, stream]) => ({
    id: `IteratorAge-${name}`,
    metric: stream.metricGetRecordsIteratorAgeMilliseconds({ period: FIVE_MINUTES, statistic: "Maximum" }),
    threshold: IDLE_RECORDS_MILLIS,
    says: `Records of stream ${name} are read half a day after they arrived; after the stream's retention they are lost.`,
    runbook: "iterator-age",
  }));
}
