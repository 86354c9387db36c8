import {
  CreateStreamCommand,
  DeleteStreamCommand,
  DescribeStreamSummaryCommand,
  IncreaseStreamRetentionPeriodCommand,
  UpdateShardCountCommand,
  waitUntilStreamExists,
} from "@aws-sdk/client-kinesis";
import {
  arn,
  generatedName,
  type MadeResource,
  type Properties,
  type ResourceContext,
  type ResourceKind,
} from "../resource-kind.js";

/** How long a stream may take to become active, seconds. */
const MAX_WAIT_SECONDS = 60;

/** What a stream keeps when nothing is said, hours. */
const DEFAULT_RETENTION_HOURS = 24;

/** AWS::Kinesis::Stream. */
export const kinesisStream: ResourceKind = {
  async create(properties, context) {
    const name = String(properties.Name ?? generatedName(context, 128));
    const mode = (properties.StreamModeDetails as { StreamMode?: "ON_DEMAND" | "PROVISIONED" } | undefined)?.StreamMode;
    const shards = properties.ShardCount === undefined ? undefined : Number(properties.ShardCount);
    await context.kinesis.send(
      new CreateStreamCommand({
        StreamName: name,
        ...(mode === "ON_DEMAND" ? { StreamModeDetails: { StreamMode: mode } } : { ShardCount: shards ?? 1 }),
      }),
    );
    await active(name, context);
    await keepFor(name, properties, context);
    return { id: name, attributes: { Arn: arn(context, "kinesis", `stream/${name}`) } };
  },
  async update(properties, context, old) {
    const shards = Number(properties.ShardCount ?? 0);
    const { StreamDescriptionSummary: summary } = await context.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: old.id }),
    );
    if (shards > 0 && summary?.OpenShardCount !== shards) {
      await context.kinesis.send(
        new UpdateShardCountCommand({ StreamName: old.id, TargetShardCount: shards, ScalingType: "UNIFORM_SCALING" }),
      );
      await active(old.id, context);
    }
    await keepFor(old.id, properties, context);
    return old;
  },
  async delete(made: MadeResource, { kinesis }: ResourceContext) {
    await kinesis.send(new DeleteStreamCommand({ StreamName: made.id, EnforceConsumerDeletion: true }));
  },
};

async function active(name: string, { kinesis }: ResourceContext): Promise<void> {
  const often = { client: kinesis, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 0.1, maxDelay: 0.5 };
  await waitUntilStreamExists(often, { StreamName: name });
}

async function keepFor(name: string, properties: Properties, { kinesis }: ResourceContext): Promise<void> {
  const hours = Number(properties.RetentionPeriodHours ?? DEFAULT_RETENTION_HOURS);
  const { StreamDescriptionSummary: summary } = await kinesis.send(
    new DescribeStreamSummaryCommand({ StreamName: name }),
  );
  if (hours <= (summary?.RetentionPeriodHours ?? DEFAULT_RETENTION_HOURS)) return;
  await kinesis.send(new IncreaseStreamRetentionPeriodCommand({ StreamName: name, RetentionPeriodHours: hours }));
}
