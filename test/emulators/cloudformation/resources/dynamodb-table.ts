import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DeleteTableCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { arn, generatedName, type ResourceKind } from "../resource-kind.js";

/** How long a table may take to become active, seconds. */
const MAX_WAIT_SECONDS = 60;

/** AWS::DynamoDB::Table, and AWS::DynamoDB::GlobalTable with the one replica that is here. */
export const dynamodbTable: ResourceKind = {
  async create(properties, context) {
    const name = String(properties.TableName ?? generatedName(context, 255));
    const { AttributeDefinitions, KeySchema } = properties as unknown as CreateTableCommandInput;
    await context.dynamodb.send(
      new CreateTableCommand({ TableName: name, AttributeDefinitions, KeySchema, BillingMode: "PAY_PER_REQUEST" }),
    );
    const often = { client: context.dynamodb, maxWaitTime: MAX_WAIT_SECONDS, minDelay: 0.1, maxDelay: 0.5 };
    await waitUntilTableExists(often, { TableName: name });
    const tableArn = arn(context, "dynamodb", `table/${name}`);
    return { id: name, attributes: { Arn: tableArn, StreamArn: `${tableArn}/stream/1`, TableId: name } };
  },
  // Keys cannot change, and what else there is (recovery, encryption, expiry, tags) changes nothing here.
  update: async (_properties, _context, old) => old,
  async delete(made, { dynamodb }) {
    await dynamodb.send(new DeleteTableCommand({ TableName: made.id }));
  },
};
