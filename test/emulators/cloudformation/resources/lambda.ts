import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  type RecursiveLoop,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { arn, generatedName, type Properties, type ResourceContext, type ResourceKind } from "../resource-kind.js";

/** AWS::Lambda::Function. */
export const lambdaFunction: ResourceKind = {
  async create(properties, context) {
    const name = String(properties.FunctionName ?? generatedName(context));
    const { Code } = properties as unknown as CreateFunctionCommandInput;
    const input = { ...configurationOf(name, properties), Code };
    await context.lambda.send(new CreateFunctionCommand(input as CreateFunctionCommandInput));
    await configureConcurrency(name, properties, context);
    return { id: name, attributes: { Arn: arn(context, "lambda", `function:${name}`) } };
  },
  async update(properties, context, old) {
    const { lambda } = context;
    const { Code } = properties as unknown as CreateFunctionCommandInput;
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: old.id, ...Code }));
    const configuration = configurationOf(old.id, properties) as UpdateFunctionConfigurationCommandInput;
    await lambda.send(new UpdateFunctionConfigurationCommand(configuration));
    await configureConcurrency(old.id, properties, context);
    return old;
  },
  async delete(made, { lambda }) {
    await lambda.send(new DeleteFunctionCommand({ FunctionName: made.id }));
  },
};

/** AWS::Lambda::Version: what the function is at this moment, for good. */
export const lambdaVersion: ResourceKind = {
  async create(properties, context) {
    const { Version } = await context.lambda.send(
      new PublishVersionCommand({ FunctionName: nameIn(String(properties.FunctionName)) }),
    );
    const name = nameIn(String(properties.FunctionName));
    const versionArn = arn(context, "lambda", `function:${name}:${Version}`);
    return { id: versionArn, attributes: { Version, FunctionArn: versionArn } };
  },
};

/** AWS::Lambda::Alias. */
export const lambdaAlias: ResourceKind = {
  async create(properties, context) {
    const input = aliasOf(properties);
    await context.lambda.send(new CreateAliasCommand(input));
    const aliasArn = arn(context, "lambda", `function:${input.FunctionName}:${input.Name}`);
    return { id: aliasArn, attributes: { AliasArn: aliasArn } };
  },
  async update(properties, { lambda }, old) {
    await lambda.send(new UpdateAliasCommand(aliasOf(properties)));
    return old;
  },
  async delete(made, { lambda }) {
    const [FunctionName = "", Name] = made.id.split(":").slice(6);
    await lambda.send(new DeleteAliasCommand({ FunctionName, Name }));
  },
};

/** AWS::Lambda::EventInvokeConfig: how often an asynchronous invocation is tried again. */
export const lambdaEventInvokeConfig: ResourceKind = {
  create: putEventInvokeConfig,
  update: putEventInvokeConfig,
};

async function putEventInvokeConfig(properties: Properties, context: ResourceContext) {
  const name = nameIn(String(properties.FunctionName));
  const number = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));
  await context.lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: name,
      Qualifier: String(properties.Qualifier),
      MaximumRetryAttempts: number(properties.MaximumRetryAttempts),
      MaximumEventAgeInSeconds: number(properties.MaximumEventAgeInSeconds),
    }),
  );
  return { id: `${name}|${String(properties.Qualifier)}`, attributes: {} };
}

/** Properties here, requests of their own in the API. */
async function configureConcurrency(name: string, properties: Properties, { lambda }: ResourceContext): Promise<void> {
  const { RecursiveLoop, ReservedConcurrentExecutions } = properties;
  if (RecursiveLoop !== undefined) {
    const input = { FunctionName: name, RecursiveLoop: RecursiveLoop as RecursiveLoop };
    await lambda.send(new PutFunctionRecursionConfigCommand(input));
  }
  if (ReservedConcurrentExecutions !== undefined) {
    const input = { FunctionName: name, ReservedConcurrentExecutions: Number(ReservedConcurrentExecutions) };
    await lambda.send(new PutFunctionConcurrencyCommand(input));
  }
}

/** Names are the same in CloudFormation and in the API, numbers may be strings here. */
function configurationOf(name: string, properties: Properties): object {
  const { Code: _code, Tags: _tags, MemorySize = 128, Timeout = 3, ...others } = properties;
  return { ...others, FunctionName: name, MemorySize: Number(MemorySize), Timeout: Number(Timeout) };
}

function aliasOf(properties: Properties) {
  return {
    FunctionName: nameIn(String(properties.FunctionName)),
    Name: String(properties.Name),
    FunctionVersion: String(properties.FunctionVersion),
  };
}

/** The function's name in an ARN of it, or as it is. */
function nameIn(reference: string): string {
  return reference.startsWith("arn:") ? (reference.split(":")[6] as string) : reference;
}
