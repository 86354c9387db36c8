/** SSM's parameters: read only, what the CDK's bootstrapping would have left. */
import { errorReply, type GatewayReply } from "../faults.js";
import type { GatewayRequest } from "../service-of.js";

/** Answers as SSM with these parameters. */
export function parameterService(
  parameters: ReadonlyMap<string, string>,
): (request: GatewayRequest) => Promise<GatewayReply> {
  return async ({ operation, body }) => {
    if (operation !== "GetParameter") return errorReply("ssm", 400, "UnknownOperationException", operation);
    const { Name } = JSON.parse(body.toString("utf8")) as { Name: string };
    const value = parameters.get(Name);
    if (value === undefined) return errorReply("ssm", 400, "ParameterNotFound", `Parameter ${Name} not found.`);
    const reply = { Parameter: { Name, Type: "String", Value: value, Version: 1, DataType: "text" } };
    return {
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: Buffer.from(JSON.stringify(reply)),
    };
  };
}
