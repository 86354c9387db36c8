/** Tells checkers of best practices (cdk-nag) which of their findings are meant to be so, and why. */
import { Stack, Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(construct).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** A wildcard in a policy: each is a finding of its own, so that a new one is not covered by the reasons of the others. */
export function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  acknowledge(construct, {
    [`AwsSolutions-IAM5[Resource::${flatten(Stack.of(construct).resolve(resource))}]`]: reason,
  });
}

/** A resolved value in one line, as findings show it: `<Bucket.Arn>/job-a/*`. */
function flatten(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { Ref, "Fn::GetAtt": attribute, "Fn::Join": join } = value as Readonly<Record<string, unknown>>;
  if (typeof Ref === "string") return `<${Ref}>`;
  if (Array.isArray(attribute)) return `<${attribute.join(".")}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(flatten).join(String(join[0]));
  return JSON.stringify(value);
}
