import { functionError, invokeError } from "../../shared/aws/function-errors.js";
import { ExecutorLostError, ThrottledError, ValueTooLargeError } from "../../shared/errors/index.js";

/** What Lambda has been seen to say, in its versions. */
const REPLIES = [
  ['{"errorMessage":"2026-01-01T00:00:00.000Z 1-2-3 Task timed out after 3.00 seconds"}', "timeout"],
  [
    '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 1 Error: Task timed out after 3.00 seconds"}',
    "timeout",
  ],
  [
    '{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: Runtime exited with error: signal: killed"}',
    "memory",
  ],
  [
    '{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: Runtime exited with error: signal: aborted"}',
    "memory",
  ],
  ['{"errorType":"Runtime.OutOfMemory","errorMessage":"RequestId: 1 Error"}', "memory"],
  [
    '{"errorType":"Runtime.ExitError","errorMessage":"RequestId: 1 Error: Runtime exited with error: exit status 1"}',
    "crash",
  ],
  ['{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module","trace":[]}', "crash"],
  ['{"errorType":"TypeError","errorMessage":"x is not a function","trace":[]}', "crash"],
  ["null", "crash"],
  ["<html>", "crash"],
] as const;

describe("what a failed invocation means", () => {
  it.each(REPLIES)("%s: %s", (payload, reason) => {
    const error = functionError("f", payload);
    expect(error).toBeInstanceOf(ExecutorLostError);
    expect(error.details).toMatchObject({ reason, functionName: "f" });
  });

  const serviceError = (name: string, httpStatusCode?: number) =>
    Object.assign(new Error("said so"), { name, ...(httpStatusCode && { $metadata: { httpStatusCode } }) });

  it.each([
    ["TooManyRequestsException", 429, ThrottledError],
    ["ResourceConflictException", 409, ThrottledError],
    ["ResourceNotReadyException", 502, ThrottledError],
    ["EC2ThrottledException", 502, ThrottledError],
    ["RequestTooLargeException", 413, ValueTooLargeError],
    ["RequestEntityTooLargeException", 413, ValueTooLargeError],
    ["ServiceException", 500, ExecutorLostError],
    ["TimeoutError", undefined, ExecutorLostError],
    ["Error", undefined, ExecutorLostError],
  ] as const)("%s (%s)", (name, status, type) => {
    const cause = serviceError(name, status);
    expect(invokeError("f", cause)).toBeInstanceOf(type);
    expect((invokeError("f", cause) as Error).message).toContain(`f: ${name}: said so`);
  });

  it.each([
    ["ResourceNotFoundException", 404],
    ["AccessDeniedException", 403],
    ["InvalidParameterValueException", 400],
  ] as const)("%s is told as it is", (name, status) => {
    const error = serviceError(name, status);
    expect(invokeError("f", error)).toBe(error);
  });
});
