/** Errors of the world that the AWS SDK meets: nobody's bug, so no stack, but often something to be done. */

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  /** Of Node's network errors. */
  readonly code?: string;
  /** Of the SDK's. */
  readonly $metadata?: object;
}

const ADVICE: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    /CredentialsProviderError|Could not load credentials|UnrecognizedClient|InvalidClientTokenId/,
    "Give credentials as the AWS tools take them (AWS_PROFILE, AWS_ACCESS_KEY_ID, `aws sso login`), or name an emulator by --endpoint.",
  ],
  [/ExpiredToken/, "Sign in again."],
  [/Region is missing/, "Name a region: --region eu-west-1, or AWS_REGION."],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN/, "Nothing answers there. Is the endpoint, or the region, the right one?"],
  [/AccessDenied|not authorized/, "docs/permissions.md lists the rights that each command needs."],
];

/** Of the SDK itself, before it sends anything. */
const UNSENT = /CredentialsProviderError|Region is missing/;

export function isOfService(error: unknown): boolean {
  const { $metadata } = (error ?? {}) as ServiceError;
  return $metadata !== undefined || UNSENT.test(textOf(error));
}

/** What to do about an error of a service; `undefined` when that is not known, or it is another error. */
export function adviceOfService(error: unknown): string | undefined {
  if (!isOfService(error)) return undefined;
  return ADVICE.find(([pattern]) => pattern.test(textOf(error)))?.[1];
}

function textOf(error: unknown): string {
  const { name, message, code } = (error ?? {}) as ServiceError;
  return `${name} ${code} ${message}`;
}
