/** What there is for each type. */
import type { ResourceKind } from "../resource-kind.js";
import { autoDeleteObjects } from "./auto-delete-objects.js";
import { dynamodbTable } from "./dynamodb-table.js";
import { kinesisStream } from "./kinesis-stream.js";
import { lambdaAlias, lambdaEventInvokeConfig, lambdaFunction, lambdaVersion } from "./lambda.js";
import { recorded } from "./recorded.js";
import { s3Bucket } from "./s3-bucket.js";
import { eventsRule, schedulerSchedule } from "./schedule.js";

const ACTING: Readonly<Record<string, ResourceKind>> = {
  "AWS::Kinesis::Stream": kinesisStream,
  "AWS::DynamoDB::Table": dynamodbTable,
  "AWS::DynamoDB::GlobalTable": dynamodbTable,
  "AWS::S3::Bucket": s3Bucket,
  "AWS::Lambda::Function": lambdaFunction,
  "AWS::Lambda::Version": lambdaVersion,
  "AWS::Lambda::Alias": lambdaAlias,
  "AWS::Lambda::EventInvokeConfig": lambdaEventInvokeConfig,
  "AWS::Events::Rule": eventsRule,
  "AWS::Scheduler::Schedule": schedulerSchedule,
  "Custom::S3AutoDeleteObjects": autoDeleteObjects,
};

/** Right as they are without anything being done: nobody asks for permissions here, and nobody raises alarms. */
const RECORDED = new Set([
  "AWS::CDK::Metadata",
  "AWS::CloudWatch::Alarm",
  "AWS::CloudWatch::CompositeAlarm",
  "AWS::CloudWatch::Dashboard",
  "AWS::IAM::ManagedPolicy",
  "AWS::IAM::Policy",
  "AWS::IAM::Role",
  "AWS::KMS::Key",
  "AWS::Lambda::Permission",
  "AWS::Logs::LogGroup",
  "AWS::Logs::MetricFilter",
  "AWS::S3::BucketPolicy",
  "AWS::SNS::Topic",
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::Queue",
  "AWS::SQS::QueuePolicy",
  "AWS::Scheduler::ScheduleGroup",
]);

/** `undefined` for types that nobody has thought of here. */
export function kindOf(type: string): ResourceKind | undefined {
  return ACTING[type] ?? (RECORDED.has(type) ? recorded : undefined);
}
