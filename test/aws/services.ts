/** Kinesis and DynamoDB to test against: SLUICE_ENDPOINT, or emulators of our own. */
import { type AwsClients, awsClients, UsageMeter } from "../../shared/aws/index.js";
import { CREDENTIALS, REGION } from "../emulators/account.js";
import { startDynamoDb } from "../emulators/dynamodb.js";
import type { Faults } from "../emulators/faults.js";
import { startGateway } from "../emulators/gateway.js";
import { startKinesis } from "../emulators/kinesis.js";

// The clients find their credentials as they do in production.
process.env.AWS_ACCESS_KEY_ID ??= CREDENTIALS.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY ??= CREDENTIALS.secretAccessKey;
process.env.AWS_REGION ??= REGION;

const starters = { kinesis: startKinesis, dynamodb: startDynamoDb };

export interface ServiceUnderTest {
  /** Straight to the service. */
  readonly clients: AwsClients;
  /** New ones, by a way on which faults happen. New, because a client that has met many tries less often again. */
  faulty(): AwsClients;
  readonly faults: Faults;
  /** Counts what the faulty clients send. */
  readonly meter: UsageMeter;
  /** Requests that arrived over the faulty way, by service and operation. */
  readonly arrived: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function openService(service: keyof typeof starters): Promise<ServiceUnderTest> {
  const given = process.env.SLUICE_ENDPOINT;
  const server = given === undefined ? await starters[service]() : undefined;
  const endpoint = server?.url ?? given ?? "";
  const gateway = await startGateway({ routes: { [service]: endpoint } });
  const meter = new UsageMeter();
  const clients = awsClients({ endpoint });
  const made: AwsClients[] = [clients];
  const faulty = () => {
    const another = awsClients({ endpoint: gateway.url, meter });
    made.push(another);
    return another;
  };
  const close = async () => {
    for (const client of made.flatMap((each) => Object.values(each))) client.destroy();
    await gateway.stop();
    await server?.stop();
  };
  return { clients, faulty, faults: gateway.faults, meter, arrived: gateway.counts, close };
}
