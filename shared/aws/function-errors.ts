/** What a Lambda function, or Lambda itself, says when an invocation fails, and what that means to the engine. */
import { ExecutorLostError, ThrottledError, ValueTooLargeError } from "../errors/index.js";
import { errorMessage, errorName, errorStatus, isThrottle } from "./service-errors.js";

/** Why an executor was lost: out of time, out of memory, or whatever else ended it. */
export type LostReason = "timeout" | "memory" | "crash";

/** The function is being made, changed or woken: it will be there in a moment. */
const NOT_READY = new Set([
  "ResourceNotReadyException",
  "ResourceConflictException",
  "EC2ThrottledException",
  "ENILimitReachedException",
  "SnapStartNotReadyException",
]);

/** The request, or what is encoded in it, is more than Lambda takes. */
const TOO_LARGE = new Set(["RequestTooLargeException", "RequestEntityTooLargeException"]);

interface FunctionErrorPayload {
  readonly errorType?: string;
  readonly errorMessage?: string;
}

/** The error for an invocation that ran and ended in a `FunctionError`. */
export function functionError(functionName: string, payload: string): ExecutorLostError {
  const { errorType = "Unknown", errorMessage: message = payload.slice(0, 1000) } = parsed(payload);
  const reason = reasonOf(errorType, message);
  return new ExecutorLostError(`${functionName} ${WHAT[reason]}: ${errorType}: ${message}`, {
    reason,
    functionName,
    errorType,
  });
}

/** The error for an invocation that Lambda refused, or of which nothing is known. */
export function invokeError(functionName: string, error: unknown): unknown {
  const name = errorName(error);
  const message = `${functionName}: ${name}: ${errorMessage(error)}`;
  if (isThrottle(error) || NOT_READY.has(name)) return new ThrottledError(message, { functionName }, error);
  const status = errorStatus(error);
  if (TOO_LARGE.has(name) || status === 413) return new ValueTooLargeError(message, { functionName });
  // No such function, no permission, a request that is wrong: another attempt would end the same way.
  if (status !== undefined && status >= 400 && status < 500) return error;
  return new ExecutorLostError(message, { reason: "crash", functionName }, error);
}

const WHAT: Readonly<Record<LostReason, string>> = {
  timeout: "ran out of time",
  memory: "ran out of memory",
  crash: "crashed",
};

/**
 * "signal: killed" when the process outgrew the function's memory, "signal: aborted" when the heap outgrew its limit; some
 * emulators give the signals their other names. Somebody who kills a process looks the same.
 */
const OUT_OF_MEMORY = /signal: (killed|aborted|SIGKILL|SIGABRT)|heap out of memory/;

function reasonOf(errorType: string, message: string): LostReason {
  if (errorType === "Sandbox.Timedout" || /Task timed out after/.test(message)) return "timeout";
  if (errorType === "Runtime.OutOfMemory" || OUT_OF_MEMORY.test(message)) return "memory";
  return "crash";
}

function parsed(payload: string): FunctionErrorPayload {
  try {
    return (JSON.parse(payload) ?? {}) as FunctionErrorPayload;
  } catch {
    return {};
  }
}
