/** Name of the stack that an application is deployed as, unless somebody gives it another one. */
export function stackNameOf(appName: string): string {
  // CloudFormation takes letters, digits and hyphens.
  return `sluice-${appName.replaceAll("_", "-")}`;
}
