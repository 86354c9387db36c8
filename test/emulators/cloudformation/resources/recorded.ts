import {
  arn,
  generatedName,
  type MadeResource,
  type Properties,
  type ResourceContext,
  type ResourceKind,
} from "../resource-kind.js";

/** Property that names a resource, by type; `NAME` of the last part of the type otherwise. */
const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  "AWS::CloudWatch::Dashboard": "DashboardName",
  "AWS::CloudWatch::Alarm": "AlarmName",
  "AWS::CloudWatch::CompositeAlarm": "AlarmName",
};

/** Service and kind in the ARN, where they are not those of the type. */
const ARNS: Readonly<Record<string, (name: string) => readonly [service: string, rest: string]>> = {
  "AWS::Logs::LogGroup": (name) => ["logs", `log-group:${name}:*`],
  "AWS::SQS::Queue": (name) => ["sqs", name],
  "AWS::SNS::Topic": (name) => ["sns", name],
  "AWS::KMS::Key": (name) => ["kms", `key/${name}`],
  "AWS::CloudWatch::Alarm": (name) => ["cloudwatch", `alarm:${name}`],
  "AWS::Scheduler::ScheduleGroup": (name) => ["scheduler", `schedule-group/${name}`],
};

/** Accepted, given a name and an ARN, and remembered with its properties: nothing here acts on it. */
export const recorded: ResourceKind = {
  create: async (properties, context) => made(properties, context),
  update: async (_properties, _context, old) => old,
};

function made(properties: Properties, context: ResourceContext): MadeResource {
  const { type, region, account } = context;
  const [, service = "custom", kind = type] = type.split("::");
  const property = NAME_PROPERTIES[type] ?? `${kind}Name`;
  const name = String(properties[property] ?? generatedName(context));
  const attributes: Record<string, unknown> = { Arn: arnOf(type, service, kind, name, context) };
  if (type === "AWS::IAM::Role")
    attributes.RoleId = `AROA${name
      .toUpperCase()
      .replaceAll(/[^A-Z0-9]/g, "")
      .slice(0, 16)}`;
  if (type === "AWS::SNS::Topic")
    return { id: String(attributes.Arn), attributes: { ...attributes, TopicArn: attributes.Arn, TopicName: name } };
  if (type === "AWS::SQS::Queue") {
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    return { id: url, attributes: { ...attributes, QueueName: name, QueueUrl: url } };
  }
  if (type === "AWS::KMS::Key") return { id: name, attributes: { ...attributes, KeyId: name } };
  return { id: name, attributes };
}

function arnOf(type: string, service: string, kind: string, name: string, context: ResourceContext): string {
  if (service === "IAM") return `arn:aws:iam::${context.account}:${kind.toLowerCase()}/${name}`;
  const [inArn, rest] = ARNS[type]?.(name) ?? [service.toLowerCase(), `${kind.toLowerCase()}/${name}`];
  return arn(context, inArn, rest);
}
