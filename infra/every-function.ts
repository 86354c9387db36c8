import type * as iam from "aws-cdk-lib/aws-iam";

/**
 * Scheduler and executors as one principal: the program's code runs in both, so what it may reach both may reach. It has the
 * roles' common traits from the first of them.
 */
export class EveryFunction implements iam.IPrincipal {
  readonly grantPrincipal: iam.IPrincipal = this;
  readonly assumeRoleAction: string;
  readonly policyFragment: iam.PrincipalPolicyFragment;
  readonly principalAccount?: string;
  readonly #roles: readonly [iam.IRole, ...iam.IRole[]];

  constructor(...roles: [iam.IRole, ...iam.IRole[]]) {
    this.#roles = roles;
    const [{ assumeRoleAction, policyFragment, principalAccount }] = roles;
    this.assumeRoleAction = assumeRoleAction;
    this.policyFragment = policyFragment;
    if (principalAccount !== undefined) this.principalAccount = principalAccount;
  }

  addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const [first, ...others] = this.#roles.map((role) => role.addToPrincipalPolicy(statement.copy()));
    return others.every(({ statementAdded }) => statementAdded) && first !== undefined
      ? first
      : { statementAdded: false };
  }
}
