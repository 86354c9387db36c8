/** STS: everybody is who they say they are, and may be who they want to be. */
import { errorReply, type GatewayReply } from "../faults.js";
import type { GatewayRequest } from "../service-of.js";
import { queryReply } from "./query-protocol.js";

/** How long assumed credentials last, milliseconds. */
const HOUR = 3_600_000;

/** Answers as STS of one account. */
export function identityService(account: string): (request: GatewayRequest) => Promise<GatewayReply> {
  return async ({ operation, body }) => {
    if (operation === "GetCallerIdentity") {
      return queryReply(operation, {
        Arn: `arn:aws:iam::${account}:user/developer`,
        UserId: "developer",
        Account: account,
      });
    }
    if (operation === "AssumeRole") {
      const form = new URLSearchParams(body.toString("utf8"));
      const role = form.get("RoleArn") ?? "";
      const session = form.get("RoleSessionName") ?? "session";
      return queryReply(operation, {
        Credentials: {
          AccessKeyId: "ASIAEMULATOR00000000",
          SecretAccessKey: "secret",
          SessionToken: "token",
          Expiration: new Date(Date.now() + HOUR),
        },
        AssumedRoleUser: { AssumedRoleId: `AROAEMULATOR:${session}`, Arn: role.replace(":iam:", ":sts:") },
      });
    }
    return errorReply("sts", 400, "InvalidAction", `Could not find operation ${operation}`);
  };
}
