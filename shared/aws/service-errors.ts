/** What an error of the SDK says about the request. */

const throttles: ReadonlySet<string> = new Set([
  "BandwidthLimitExceeded",
  "KMSThrottlingException",
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "ThrottledException",
  "TooManyRequestsException",
]);

interface ServiceError {
  readonly name?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly attempts?: number };
}

/** The error's name, which for errors of a service is its code. */
export function errorName(error: unknown): string {
  return (error as ServiceError | undefined)?.name ?? "Error";
}

/** The error's message. */
export function errorMessage(error: unknown): string {
  return (error as ServiceError | undefined)?.message ?? String(error);
}

/** HTTP status of the reply; `undefined` when there was none. */
export function errorStatus(error: unknown): number | undefined {
  return (error as ServiceError | undefined)?.$metadata?.httpStatusCode;
}

/** True when the service asked to slow down. */
export function isThrottle(error: unknown): boolean {
  return throttles.has(errorName(error)) || errorStatus(error) === 429;
}

/** How often the request was sent, the first time included. */
export function attemptsOf(error: unknown): number {
  return (error as ServiceError | undefined)?.$metadata?.attempts ?? 1;
}

/**
 * True unless it is certain that the service did not do what was asked. Only a first attempt that was answered with a
 * refusal is certain: a lost answer, an internal error, and every attempt after one of those may hide a success.
 */
export function mayHaveBeenApplied(error: unknown): boolean {
  const status = (error as ServiceError | undefined)?.$metadata?.httpStatusCode ?? 0;
  const refused = status >= 400 && status < 500 && status !== 408;
  return attemptsOf(error) > 1 || !refused;
}
