/**
 * The functions: one scheduler, one executor for stateless tasks, slots for stateful ones. All run the same code.
 *
 * A scheduler calls the versions of the executors that were published with it, by its settings: a batch that runs during a
 * deployment ends on the code it began with. The scheduler itself is called without version or alias. That is one name that
 * rule, hand-over and operators can keep; not every implementation of CloudFormation can move an alias, or the target of a
 * rule. For the moment in which its code is new and its settings are not, it stands by (see `isDeployedWhole`).
 *
 * (Casts from a class of CDK to its own interface are for exactOptionalPropertyTypes, which CDK is not written for.)
 */
import { ArnFormat, Duration, Names, RemovalPolicy, Stack } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as logs from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.js";

/** The newest long-term release of Node that engine and SDK are tested with; `sluice` bundles for it. */
export const RUNTIME = lambda.Runtime.NODEJS_22_X;

/** A fifth cheaper a second than x86, and at least as fast for this. */
export const ARCHITECTURE = lambda.Architecture.ARM_64;

/** Lambda's longest. The scheduler hands over before it is up. */
const SCHEDULER_TIMEOUT = Duration.minutes(15);

/** No task may take longer: one that hangs is found out then, and tried again. */
const EXECUTOR_TIMEOUT = Duration.minutes(5);

export interface FunctionsProps {
  /** A directory with `index.mjs`, which exports `scheduler` and `executor`. */
  readonly code: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Megabytes. */
  readonly schedulerMemory: number;
  /** Megabytes. */
  readonly executorMemory: number;
  readonly slots: number;
  readonly logRetention: logs.RetentionDays;
  /** Of the scheduler alone. */
  readonly schedulerEnvironment: Readonly<Record<string, string>>;
  /** Are invocations traced by X-Ray? */
  readonly xray: boolean;
}

/** The functions of an application, with a role each kind. */
export class Functions extends Construct {
  readonly scheduler: lambda.Function;
  /** The one for stateless tasks first, then the slots. */
  readonly executors: readonly lambda.Function[];
  readonly schedulerRole: iam.Role;
  readonly executorRole: iam.Role;
  /** Name of the scheduler. Made from names alone, because a function's settings cannot refer to the function. */
  readonly schedulerName: string;
  /** The same as an ARN. */
  readonly schedulerArn: string;

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.schedulerRole = this.#role("SchedulerRole", "Makes batches, commits them, runs small ones itself.");
    this.executorRole = this.#role("ExecutorRole", "Runs the tasks of batches.");
    const executor = (name: string): lambda.Function =>
      this.#function(name, this.executorRole, props, {
        handler: "index.executor",
        memorySize: props.executorMemory,
        timeout: EXECUTOR_TIMEOUT,
        environment: props.environment,
        description: "Runs tasks of batches.",
      });
    const any = executor("Executor");
    const slots = Array.from({ length: props.slots }, (_, slot) => executor(slotName(slot)));
    this.executors = [any, ...slots];

    this.schedulerName = `${Names.uniqueResourceName(this, { maxLength: 54, separator: "-" })}-scheduler`;
    this.schedulerArn = Stack.of(this).formatArn({
      service: "lambda",
      resource: "function",
      resourceName: this.schedulerName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    this.scheduler = this.#function("Scheduler", this.schedulerRole, props, {
      functionName: this.schedulerName,
      handler: "index.scheduler",
      memorySize: props.schedulerMemory,
      timeout: SCHEDULER_TIMEOUT,
      // Its hand-over calls itself, for as long as the application runs; loop detection would stop that after 16 times.
      recursiveLoop: lambda.RecursiveLoop.ALLOW,
      environment: {
        ...props.environment,
        SLUICE_EXECUTOR: versionName(any),
        SLUICE_SLOTS: slots.map(versionName).join(","),
        SLUICE_SCHEDULER: this.schedulerName,
        ...props.schedulerEnvironment,
      },
      description: "Makes batches: the driver.",
    });
  }

  #role(id: string, description: string): iam.Role {
    return new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"), description });
  }

  #function(
    id: string,
    role: iam.Role,
    { code, logRetention, xray }: FunctionsProps,
    props: Pick<lambda.FunctionProps, "handler"> & Omit<Partial<lambda.FunctionProps>, "code" | "role">,
  ): lambda.Function {
    const logGroup = new logs.LogGroup(this, `${id}Logs`, {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    const made = new lambda.Function(this, id, {
      ...props,
      role,
      logGroup,
      runtime: RUNTIME,
      architecture: ARCHITECTURE,
      code: lambda.Code.fromAsset(code),
      ...(xray && { tracing: lambda.Tracing.ACTIVE }),
      // A batch that runs during a deployment ends on the code it began with.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
    acknowledge(made, {
      "AwsSolutions-L1": `${RUNTIME.name} is the release that engine and SDK are tested with; it has support until April 2027.`,
    });
    return made;
  }
}

/** `executor-00`, `executor-01`, … */
function slotName(slot: number): string {
  return `executor-${String(slot).padStart(2, "0")}`;
}

/** A function's version of this deployment, as calls name it. Shorter than an ARN: 32 of them must fit into 4 KB of settings. */
function versionName(executor: lambda.Function): string {
  return `${executor.functionName}:${executor.currentVersion.version}`;
}
