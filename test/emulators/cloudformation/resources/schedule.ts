import { arn, generatedName, type Properties, type ResourceContext, type ResourceKind } from "../resource-kind.js";

/** AWS::Events::Rule: those with a schedule are fired, event patterns are recorded. */
export const eventsRule: ResourceKind = {
  create: async (properties, context) =>
    putRule(String(properties.Name ?? generatedName(context)), properties, context),
  update: async (properties, context, old) => putRule(old.id, properties, context),
  async delete(made, { schedules }) {
    schedules.remove(made.id);
  },
};

/** AWS::Scheduler::Schedule. */
export const schedulerSchedule: ResourceKind = {
  create: async (properties, context) =>
    putSchedule(String(properties.Name ?? generatedName(context)), properties, context),
  update: async (properties, context, old) => putSchedule(old.id, properties, context),
  async delete(made, { schedules }) {
    schedules.remove(made.id);
  },
};

function putRule(name: string, properties: Properties, context: ResourceContext) {
  const ruleArn = arn(context, "events", `rule/${name}`);
  const event = {
    version: "0",
    id: crypto.randomUUID(),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: context.account,
    time: "<aws.scheduler.scheduled-time>",
    region: context.region,
    resources: [ruleArn],
    detail: {},
  };
  const targets = (properties.Targets ?? []) as { Arn: string; Input?: string }[];
  if (properties.ScheduleExpression !== undefined) {
    context.schedules.put({
      name,
      expression: String(properties.ScheduleExpression),
      enabled: properties.State !== "DISABLED",
      targets: targets.map(({ Arn, Input }) => ({ functionArn: Arn, event: inputOr(Input, event) })),
    });
  }
  return { id: name, attributes: { Arn: ruleArn } };
}

function putSchedule(name: string, properties: Properties, context: ResourceContext) {
  const group = String(properties.GroupName ?? "default");
  const { Arn, Input } = properties.Target as { Arn: string; Input?: string };
  context.schedules.put({
    name,
    expression: String(properties.ScheduleExpression),
    enabled: properties.State !== "DISABLED",
    targets: [{ functionArn: Arn, event: inputOr(Input, {}) }],
  });
  return { id: name, attributes: { Arn: arn(context, "scheduler", `schedule/${group}/${name}`) } };
}

function inputOr(input: string | undefined, event: unknown): unknown {
  return input === undefined ? event : JSON.parse(input);
}
