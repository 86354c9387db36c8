import { Duration, RemovalPolicy } from "aws-cdk-lib";
import * as sqs from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";

/**
 * Where ticks and hand-overs go that could not start a scheduler. Nothing is lost with them, the next tick does the
 * same: they are kept to be looked at, and to raise an alarm.
 */
export function newDeadLetters(scope: Construct): sqs.Queue {
  const queue = new sqs.Queue(scope, "DeadLetters", {
    encryption: sqs.QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(queue, {
    "AwsSolutions-SQS3": "It is a dead-letter queue: of the schedule's rule and of the scheduler's asynchronous calls.",
  });
  return queue;
}
