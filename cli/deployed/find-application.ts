/** Finds deployed applications by their stacks. */
import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import { DeploymentError } from "../../shared/errors/index.js";
import { applicationsIn, type DeployedApplication, pickApplication, type Wanted } from "./application.js";

/** @throws {DeploymentError} @throws {IllegalArgumentError} as {@link pickApplication}, and when there is no such stack. */
export async function findApplication(wanted: Wanted): Promise<DeployedApplication> {
  return pickApplication(await allApplications(wanted.stack), wanted);
}

/** Applications of a stack, or of all. @throws {DeploymentError} when there is no such stack. */
export async function allApplications(stackName?: string): Promise<readonly DeployedApplication[]> {
  const client = new CloudFormationClient();
  try {
    return (await describeStacks(client, stackName)).flatMap(applicationsIn);
  } finally {
    client.destroy();
  }
}

/** @throws {DeploymentError} when there is no such stack. */
export async function describeStacks(client: CloudFormationClient, stackName?: string): Promise<readonly Stack[]> {
  const stacks: Stack[] = [];
  let page: string | undefined;
  do {
    const input = { ...(stackName && { StackName: stackName }), ...(page && { NextToken: page }) };
    const reply = await client.send(new DescribeStacksCommand(input)).catch((error: Error) => {
      if (!/does not exist/.test(error.message)) throw error;
      throw new DeploymentError(`There is no stack ${stackName} in this account and region.`, { stack: stackName });
    });
    stacks.push(...(reply.Stacks ?? []));
    page = reply.NextToken;
  } while (page !== undefined && page !== "");
  return stacks;
}
