import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * Outputs of the stack, named after the construct (`WordCountTable`), without the hash that CDK puts behind names: people and
 * `sluice` look for them.
 */
export function addOutputs(
  scope: Construct,
  values: Readonly<Record<string, { readonly value: string; readonly description: string }>>,
): void {
  const within = scope.node.scopes.slice(scope.node.scopes.indexOf(Stack.of(scope)) + 1);
  const prefix = within.map(({ node }) => node.id.replace(/[^A-Za-z0-9]/g, "")).join("");
  for (const [name, { value, description }] of Object.entries(values)) {
    new CfnOutput(scope, `${name}Output`, { value, description }).overrideLogicalId(`${prefix}${name}`);
  }
}
