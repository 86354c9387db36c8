import type { Answer } from "../http-server.js";

/** An error of the Lambda API: the SDK takes its name from the header. */
export class LambdaError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  answer(): Answer {
    const type = this.status < 500 ? "User" : "Service";
    return {
      status: this.status,
      headers: { "content-type": "application/json", "x-amzn-errortype": this.code },
      body: JSON.stringify({ Type: type, message: this.message, ...this.fields }),
    };
  }
}

export const notFound = (what: string) => new LambdaError(404, "ResourceNotFoundException", what);

export const invalid = (message: string) => new LambdaError(400, "InvalidParameterValueException", message);

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_Errors */
export const throttled = (reason: string) =>
  new LambdaError(429, "TooManyRequestsException", "Rate Exceeded.", { Reason: reason });
