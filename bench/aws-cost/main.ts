/**
 * What a batch of the word count costs on AWS. The deployed code runs in this process with the real SDK clients over HTTP, against
 * emulators; requests and bytes are counted at the clients, for they are the same on AWS. Times are not: see docs/cost.md.
 */
import { parseArgs } from "node:util";
import { environmentFor } from "../../test/emulators/account.js";
import { startDynamoDb } from "../../test/emulators/dynamodb.js";
import { startGateway } from "../../test/emulators/gateway.js";
import { startKinesis } from "../../test/emulators/kinesis.js";
import { startS3Server } from "../../test/emulators/s3-server.js";
import { LOADS } from "./loads.js";
import { type Measured, measure } from "./measure.js";
import { dollars, requests, summary } from "./report.js";

export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      shards: { type: "string", default: "1,10,100" },
      loads: { type: "string", default: "light,heavy" },
      batches: { type: "string", default: "6" },
    },
  });
  const [kinesis, dynamodb, s3] = await Promise.all([startKinesis(), startDynamoDb(), startS3Server()]);
  const gateway = await startGateway({ routes: { kinesis: kinesis.url, dynamodb: dynamodb.url, s3: s3.url } });
  Object.assign(process.env, environmentFor(gateway.url));
  const measured: Measured[] = [];
  for (const shards of values.shards.split(",").map(Number)) {
    for (const load of LOADS.filter(({ name }) => values.loads.split(",").includes(name))) {
      console.error(`${shards} shards, ${load.name} ...`);
      const one = await measure(gateway, shards, load, Number(values.batches));
      console.log(`${requests(one)}\n`);
      measured.push(one);
    }
  }
  console.log(`${dollars(measured)}\n\n${summary(measured)}`);
  await Promise.all([gateway.stop(), kinesis.stop(), dynamodb.stop(), s3.stop()]);
}
