/** CloudFormation, as far as the CDK's command line uses it: change sets and stacks. */
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { errorReply, type GatewayReply } from "../faults.js";
import type { GatewayRequest } from "../service-of.js";
import { members, QueryError, queryReply } from "./query-protocol.js";
import { Stack, type StackEnvironment } from "./stack.js";
import type { Template } from "./template.js";

interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly stack: Stack;
  readonly type: string;
  readonly template: Template;
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
  readonly created: Date;
  executed: boolean;
  /** Set when there is nothing to do. */
  readonly empty: boolean;
}

/** What CloudFormation says, and the CDK looks for. */
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

type Action = (form: URLSearchParams) => unknown | Promise<unknown>;

export class CloudFormation {
  readonly #environment: StackEnvironment;
  readonly #stacks: Stack[] = [];
  readonly #changeSets: ChangeSet[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #actions: Readonly<Record<string, Action>> = {
    CreateChangeSet: (form) => this.#createChangeSet(form),
    DescribeChangeSet: (form) => describeChangeSet(this.#changeSet(form)),
    ListChangeSets: (form) => ({ Summaries: this.#changeSetsOf(this.#stack(form)).map(summaryOf) }),
    ExecuteChangeSet: (form) => this.#executeChangeSet(form),
    DeleteChangeSet: (form) => this.#deleteChangeSet(form),
    DescribeStacks: (form) => ({
      Stacks: (form.has("StackName") ? [this.#stack(form)] : this.#present()).map(describe),
    }),
    ListStacks: () => ({ StackSummaries: this.#stacks.map(summary) }),
    DescribeStackEvents: (form) => ({ StackEvents: [...this.#stack(form).events].reverse() }),
    DescribeEvents: () => ({ OperationEvents: [] }),
    GetTemplate: (form) => ({
      TemplateBody: this.#stack(form).templateText,
      StagesAvailable: ["Original", "Processed"],
    }),
    GetTemplateSummary: async (form) => summaryOfTemplate((await this.#templateOf(form)).template),
    ValidateTemplate: async (form) => summaryOfTemplate((await this.#templateOf(form)).template),
    ListStackResources: (form) => ({ StackResourceSummaries: resourcesOf(this.#stack(form)) }),
    DescribeStackResources: (form) => ({ StackResources: this.#resources(form) }),
    DescribeStackResource: (form) => ({ StackResourceDetail: this.#resources(form)[0] }),
    UpdateTerminationProtection: (form) => ({ StackId: this.#stack(form).id }),
    DeleteStack: (form) => this.#deleteStack(form),
    ListExports: () => ({ Exports: [] }),
  };

  constructor(environment: StackEnvironment) {
    this.#environment = environment;
  }

  /** All stacks that are or were there. */
  get stacks(): readonly Stack[] {
    return this.#stacks;
  }

  /** Answers a request. */
  async serve(request: GatewayRequest): Promise<GatewayReply> {
    const form = new URLSearchParams(request.body.toString("utf8"));
    const action = this.#actions[request.operation];
    try {
      if (action === undefined) throw new QueryError("InvalidAction", `Could not find operation ${request.operation}`);
      return queryReply(request.operation, await action(form));
    } catch (error) {
      if (error instanceof QueryError) return errorReply("cloudformation", error.status, error.code, error.message);
      return errorReply(
        "cloudformation",
        400,
        "ValidationError",
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  /** Resolves when nothing is being deployed. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #present(): readonly Stack[] {
    return this.#stacks.filter((stack) => stack.isThere);
  }

  #find(reference: string): Stack | undefined {
    return this.#stacks.find((stack) => stack.id === reference || (stack.isThere && stack.name === reference));
  }

  #stack(form: URLSearchParams): Stack {
    const reference = form.get("StackName") ?? "";
    const stack = this.#find(reference);
    if (stack === undefined) throw new QueryError("ValidationError", `Stack with id ${reference} does not exist`);
    return stack;
  }

  #changeSetsOf(stack: Stack): readonly ChangeSet[] {
    return this.#changeSets.filter((changeSet) => changeSet.stack === stack);
  }

  #changeSet(form: URLSearchParams): ChangeSet {
    const reference = form.get("ChangeSetName") ?? "";
    const candidates = form.has("StackName") ? this.#changeSetsOf(this.#stack(form)) : this.#changeSets;
    const found = candidates.findLast(({ id, name }) => id === reference || name === reference);
    if (found === undefined) throw new QueryError("ChangeSetNotFound", `ChangeSet [${reference}] does not exist`, 404);
    return found;
  }

  async #createChangeSet(form: URLSearchParams): Promise<object> {
    const stackName = form.get("StackName") ?? "";
    const name = form.get("ChangeSetName") ?? "";
    const type = form.get("ChangeSetType") ?? "UPDATE";
    let stack = this.#find(stackName);
    if (stack === undefined && type !== "CREATE") {
      throw new QueryError("ValidationError", `Stack [${stackName}] does not exist`);
    }
    if (stack !== undefined && type === "CREATE" && stack.status !== "REVIEW_IN_PROGRESS") {
      throw new QueryError(
        "ValidationError",
        `Stack [${stackName}] already exists and cannot be created again with the changeSet [${name}].`,
      );
    }
    const { template, text } = await this.#templateOf(form, stack);
    if (stack === undefined) {
      stack = new Stack(stackName, this.#environment, crypto.randomUUID());
      this.#stacks.push(stack);
    }
    const { region, account } = this.#environment;
    const parameters = parametersOf(form, stack);
    const changeSet: ChangeSet = {
      id: `arn:aws:cloudformation:${region}:${account}:changeSet/${name}/${crypto.randomUUID()}`,
      name,
      stack,
      type,
      template,
      text,
      parameters,
      form,
      created: new Date(),
      executed: false,
      empty:
        type === "UPDATE" &&
        JSON.stringify(template) === JSON.stringify(stack.template) &&
        JSON.stringify(parameters) === JSON.stringify(stack.parameters),
    };
    this.#changeSets.push(changeSet);
    return { Id: changeSet.id, StackId: stack.id };
  }

  #executeChangeSet(form: URLSearchParams): object {
    const changeSet = this.#changeSet(form);
    const { stack, template, text, parameters } = changeSet;
    if (changeSet.empty || changeSet.executed) {
      throw new QueryError(
        "InvalidChangeSetStatus",
        `ChangeSet [${changeSet.id}] cannot be executed in its current status`,
      );
    }
    changeSet.executed = true;
    stack.tags = members(changeSet.form, "Tags");
    stack.roleArn = changeSet.form.get("RoleARN") ?? stack.roleArn;
    this.#run(stack.deploy(template, text, parameters));
    return {};
  }

  #deleteChangeSet(form: URLSearchParams): object {
    const changeSet = this.#changeSet(form);
    this.#changeSets.splice(this.#changeSets.indexOf(changeSet), 1);
    return {};
  }

  #deleteStack(form: URLSearchParams): object {
    const stack = this.#find(form.get("StackName") ?? "");
    if (stack?.isThere) this.#run(stack.delete());
    return {};
  }

  #run(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  async #templateOf(form: URLSearchParams, stack?: Stack): Promise<{ template: Template; text: string }> {
    const text = form.get("TemplateBody") ?? (await this.#templateAt(form.get("TemplateURL"))) ?? stack?.templateText;
    if (text === undefined)
      throw new QueryError("ValidationError", "Either Template URL or Template Body must be specified.");
    try {
      return { template: JSON.parse(text) as Template, text };
    } catch (cause) {
      throw new QueryError("ValidationError", `Template format error: only JSON is read here (${String(cause)})`);
    }
  }

  /** Templates lie in the bucket of the CDK's assets; bucket and key are the URL's path, whatever host it names. */
  async #templateAt(url: string | null): Promise<string | undefined> {
    if (url === null) return undefined;
    const { hostname, pathname } = new URL(url);
    const virtualHost = /^(.+)\.s3[.-]/.exec(hostname)?.[1];
    const path = virtualHost === undefined ? pathname.slice(1) : `${virtualHost}${pathname}`;
    const [Bucket = "", ...key] = path.split("/");
    const { Body } = await this.#environment.world.s3.send(
      new GetObjectCommand({ Bucket, Key: decodeURIComponent(key.join("/")) }),
    );
    return Body?.transformToString();
  }

  #resources(form: URLSearchParams): readonly object[] {
    const id = form.get("LogicalResourceId");
    const stack = this.#stack(form);
    const all = resourcesOf(stack).map((resource) => ({ ...resource, StackName: stack.name, StackId: stack.id }));
    return id === null ? all : all.filter(({ LogicalResourceId }) => LogicalResourceId === id);
  }
}

function parametersOf(form: URLSearchParams, stack: Stack): Readonly<Record<string, string>> {
  const entries = members(form, "Parameters").map(({ ParameterKey = "", ParameterValue, UsePreviousValue }) => [
    ParameterKey,
    UsePreviousValue === "true" ? stack.parameters[ParameterKey] : ParameterValue,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Record<string, string>;
}

function parameterList(parameters: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
}

function describeChangeSet(changeSet: ChangeSet): object {
  const { id, name, stack, created, empty, executed, template, form } = changeSet;
  const ids = new Set([...Object.keys(template.Resources), ...stack.resources.keys()]);
  const changes = [...ids].map((logicalId) => ({
    Type: "Resource",
    ResourceChange: {
      Action: actionOf(stack.resources.has(logicalId), Object.hasOwn(template.Resources, logicalId)),
      LogicalResourceId: logicalId,
      PhysicalResourceId: stack.resources.get(logicalId)?.made.id,
      ResourceType: template.Resources[logicalId]?.Type ?? stack.resources.get(logicalId)?.type,
      Scope: [],
      Details: [],
    },
  }));
  return {
    ChangeSetName: name,
    ChangeSetId: id,
    StackId: stack.id,
    StackName: stack.name,
    Parameters: parameterList(changeSet.parameters),
    Capabilities: members(form, "Capabilities").map((entry) => entry[""]),
    CreationTime: created,
    ExecutionStatus: executed ? "EXECUTE_COMPLETE" : empty ? "UNAVAILABLE" : "AVAILABLE",
    Status: empty ? "FAILED" : "CREATE_COMPLETE",
    StatusReason: empty ? NO_CHANGES : undefined,
    Changes: empty ? [] : changes,
  };
}

function actionOf(isThere: boolean, isWanted: boolean): string {
  if (!isWanted) return "Remove";
  return isThere ? "Modify" : "Add";
}

function summaryOf({ id, name, stack, created, empty, executed }: ChangeSet): object {
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: id,
    ChangeSetName: name,
    ExecutionStatus: executed ? "EXECUTE_COMPLETE" : "AVAILABLE",
    Status: empty ? "FAILED" : "CREATE_COMPLETE",
    CreationTime: created,
  };
}

function describe(stack: Stack): object {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Parameters: parameterList(stack.parameters),
    CreationTime: stack.created,
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: false,
    NotificationARNs: [],
    Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    Outputs: stack.outputs,
    RoleARN: stack.roleArn,
    Tags: stack.tags,
    EnableTerminationProtection: false,
  };
}

function summary(stack: Stack): object {
  return { StackId: stack.id, StackName: stack.name, CreationTime: stack.created, StackStatus: stack.status };
}

function resourcesOf(stack: Stack) {
  return [...stack.resources].map(([LogicalResourceId, { type, made, status, changed }]) => ({
    LogicalResourceId,
    PhysicalResourceId: made.id,
    ResourceType: type,
    LastUpdatedTimestamp: changed,
    Timestamp: changed,
    ResourceStatus: status,
  }));
}

function summaryOfTemplate(template: Template): object {
  const parameters = Object.entries(template.Parameters ?? {});
  return {
    Parameters: parameters.map(([ParameterKey, { Type, Default }]) => ({
      ParameterKey,
      ParameterType: Type,
      DefaultValue: Default,
    })),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
  };
}
