import { type ErrorDetails, NotSerializableError, SluiceError, UserCodeError } from "../errors/index.js";

/** What an operator may know about the task it runs in. */
export interface TaskInfo {
  /** Batch time, epoch milliseconds. */
  readonly batchTime: number;
  /** Index of the partition of the RDD the operator belongs to. */
  readonly partition: number;
}

const PREVIEW_LENGTH = 200;

/** A short text of a record for error messages; never throws. */
export function preview(value: unknown): string {
  let text: string;
  try {
    text = typeof value === "string" ? JSON.stringify(value) : (JSON.stringify(value, plainer) ?? String(value));
  } catch {
    text = Object.prototype.toString.call(value);
  }
  return text.length > PREVIEW_LENGTH ? `${text.slice(0, PREVIEW_LENGTH)}…` : text;
}

function plainer(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Map) return { Map: [...value] };
  if (value instanceof Set) return { Set: [...value] };
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return value;
}

/**
 * Names operator, partition and record of a failure in user code. Errors that are ours already pass unchanged, but for
 * values that cannot be encoded, which do not know where they are.
 */
export function userError(
  operator: string,
  task: TaskInfo,
  cause: unknown,
  record?: { readonly value: unknown },
): Error {
  if (cause instanceof SluiceError && !(cause instanceof NotSerializableError)) return cause;
  const details: Record<string, unknown> & ErrorDetails = {
    operator,
    partition: task.partition,
    batchTime: task.batchTime,
  };
  if (record !== undefined) details.record = preview(record.value);
  const on = record === undefined ? "" : ` on ${preview(record.value)}`;
  const where = `${on} (batch ${task.batchTime} ms, partition ${task.partition})`;
  if (cause instanceof NotSerializableError) {
    return new NotSerializableError(`${operator} failed${where}: ${cause.message}`, { ...cause.details, ...details });
  }
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : `it threw ${preview(cause)}`;
  return new UserCodeError(`The function of ${operator} failed${where}: ${what}`, details, cause);
}
