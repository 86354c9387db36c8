/** What starts a scheduler: a tick a minute, its own hand-over, and, if wanted, records that arrive. */
import { Duration } from "aws-cdk-lib";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { SqsDestination } from "aws-cdk-lib/aws-lambda-destinations";
import { KinesisEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import type * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { Streams } from "./streams.js";

/**
 * EventBridge's shortest. A tick finds a scheduler at work and goes away, or finds none and is one: so it is also the
 * longest that an application stands still when its scheduler was killed.
 */
const TICK = Duration.minutes(1);

/** A tick or hand-over that is older is worth nothing: the next tick has come. (Also Lambda's and EventBridge's least.) */
const MAX_AGE = Duration.seconds(60);

/** Lambda's most: a call sees all records that arrived before it. */
const WAKE_UP_RECORDS = 10_000;

/** How long records wait to be seen by the wake-up. Each wake-up is an invocation, so not every record should be one. */
const WAKE_UP_WINDOW = Duration.seconds(5);

export function scheduleTicks(scope: Construct, scheduler: lambda.IFunction, deadLetters: sqs.IQueue): events.Rule {
  scheduler.configureAsyncInvoke({
    retryAttempts: 0,
    maxEventAge: MAX_AGE,
    onFailure: new SqsDestination(deadLetters),
  });
  return new events.Rule(scope, "Tick", {
    description: "Starts a scheduler when none is at work.",
    schedule: events.Schedule.rate(TICK),
    targets: [
      new targets.LambdaFunction(scheduler, { retryAttempts: 0, maxEventAge: MAX_AGE, deadLetterQueue: deadLetters }),
    ],
  });
}

/**
 * Wakes a sleeping application within seconds of a record. The records themselves are not used: the scheduler reads the
 * streams from where it was. So nothing that becomes of such a call is worth a dead letter: the next records and the next
 * tick do the same.
 */
export function wakeUpByRecords(scheduler: lambda.IFunction, streams: Streams): void {
  for (const stream of Object.values(streams)) {
    scheduler.addEventSource(
      new KinesisEventSource(stream, {
        startingPosition: lambda.StartingPosition.LATEST,
        batchSize: WAKE_UP_RECORDS,
        maxBatchingWindow: WAKE_UP_WINDOW,
        retryAttempts: 0,
      }),
    );
  }
}
