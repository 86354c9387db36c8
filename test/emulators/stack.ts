/** All emulators together behind one URL: what `AWS_ENDPOINT_URL` can point at. */
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import { ACCOUNT, clientsOf, environmentFor, REGION } from "./account.js";
import { CloudFormation } from "./cloudformation/cloudformation.js";
import { identityService } from "./cloudformation/identity.js";
import { parameterService } from "./cloudformation/parameter-store.js";
import { kindOf } from "./cloudformation/resources/kinds.js";
import { recorded } from "./cloudformation/resources/recorded.js";
import { Schedules } from "./cloudformation/schedules.js";
import { startDynamoDb } from "./dynamodb.js";
import type { Faults } from "./faults.js";
import { type Gateway, startGateway } from "./gateway.js";
import { startKinesis } from "./kinesis.js";
import { type LambdaHost, startLambdaHost } from "./lambda-host.js";
import { startS3Server } from "./s3-server.js";

export interface StackOptions {
  /** @defaultValue 0, any free one */
  readonly port?: number;
  /** How many times faster than on AWS schedules run: 60 fires "every minute" every second. @defaultValue 1 */
  readonly scheduleSpeed?: number;
  /** What faults are drawn with. */
  readonly random?: () => number;
  /** Takes what the emulators have to say. */
  readonly log?: (message: string) => void;
}

/** What the CDK's bootstrapping leaves behind: its bucket, and a version that no template is too new for. */
const ASSETS_BUCKET = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
const PARAMETERS = new Map([["/cdk-bootstrap/hnb659fds/version", "30"]]);

export interface EmulatedStack {
  /** The one URL. */
  readonly endpoint: string;
  /** The variables that a program needs to use it. */
  readonly env: Readonly<Record<string, string>>;
  readonly faults: Faults;
  readonly gateway: Gateway;
  readonly cloudFormation: CloudFormation;
  /** Schedules, to fire them at will. */
  readonly events: Schedules;
  /** Functions and the processes that run them. */
  readonly lambda: LambdaHost;
  stop(): Promise<void>;
}

/** Starts all emulators. */
export async function startStack(options: StackOptions = {}): Promise<EmulatedStack> {
  const log = options.log ?? (() => {});
  const gateway = await startGateway({
    port: options.port ?? 0,
    log,
    ...(options.random && { random: options.random }),
  });
  const [kinesis, dynamodb, s3, lambda] = await Promise.all([
    startKinesis(),
    startDynamoDb(),
    startS3Server(),
    startLambdaHost({ endpoint: gateway.url }),
  ]);
  const servers = { kinesis, dynamodb, s3, lambda };
  for (const [service, { url }] of Object.entries(servers)) gateway.route(service, url);

  const clients = clientsOf(gateway.url);
  const events = new Schedules(clients.lambda, options.scheduleSpeed ?? 1, log);
  const cloudFormation = new CloudFormation({
    account: ACCOUNT,
    region: REGION,
    world: { account: ACCOUNT, region: REGION, ...clients, schedules: events },
    kindOf,
    unknown: recorded,
    parameterStore: PARAMETERS,
    log,
  });
  gateway.route("cloudformation", (request) => cloudFormation.serve(request));
  gateway.route("sts", identityService(ACCOUNT));
  gateway.route("ssm", parameterService(PARAMETERS));
  await clients.s3.send(new CreateBucketCommand({ Bucket: ASSETS_BUCKET }));

  return {
    endpoint: gateway.url,
    env: environmentFor(gateway.url),
    faults: gateway.faults,
    gateway,
    cloudFormation,
    events,
    lambda,
    async stop() {
      events.stop();
      await cloudFormation.settled();
      // Functions first: they would only complain about what is not there any more.
      await lambda.stop();
      for (const client of Object.values(clients)) client.destroy();
      await gateway.stop();
      await Promise.all([kinesis.stop(), dynamodb.stop(), s3.stop()]);
    },
  };
}
