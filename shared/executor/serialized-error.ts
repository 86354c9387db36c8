import { errorOfCode, type Retry, SluiceError } from "../errors/index.js";
import type { SerializedError } from "./messages.js";

const MAX_CAUSES = 8;

/** An error as data, with stack and causes. */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) {
    return {
      name: "Error",
      message: String(error),
      stack: undefined,
      code: undefined,
      retry: undefined,
      details: {},
      cause: undefined,
    };
  }
  const ours = error instanceof SluiceError ? error : undefined;
  return {
    name: error.name,
    message: String(error.message),
    stack: error.stack,
    code: ours?.code,
    retry: ours?.retry,
    details: ours === undefined ? ownFields(error) : plainDetails(ours.details),
    cause: error.cause === undefined || depth >= MAX_CAUSES ? undefined : serializeError(error.cause, depth + 1),
  };
}

/** The error again: ours of their class, with code and details; others as plain errors of the same name and fields; all with their first stack. */
export function deserializeError(serialized: SerializedError): Error {
  const cause = serialized.cause === undefined ? undefined : deserializeError(serialized.cause);
  const error =
    serialized.code === undefined
      ? Object.assign(new Error(serialized.message, cause === undefined ? undefined : { cause }), serialized.details)
      : errorOfCode(serialized.code, serialized.message, {
          retry: (serialized.retry ?? "never") as Retry,
          details: serialized.details,
          cause,
        });
  error.name = serialized.name;
  if (serialized.stack !== undefined) error.stack = serialized.stack;
  return error;
}

/** What other libraries tell their errors apart by: `code`, `statusCode`, ... */
function ownFields(error: Error): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(error).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value)),
  );
}

function plainDetails(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = (value: unknown): unknown =>
    value === null || ["string", "number", "boolean", "undefined"].includes(typeof value) ? value : String(value);
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, plain(value)]));
}
