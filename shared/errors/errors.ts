/**
 * Every error Sluice throws. An error says what happened, where, and what to do next; its `code` has a section of the
 * same name in docs/errors.md (a test keeps the two in step), its `retry` says what the engine does about it.
 */

/** What the engine does when it meets the error: nothing, run the task again, run the batch again, or wait and go on. */
export type Retry = "never" | "task" | "batch" | "pause";

/** Extra facts for machines: batch time, operator uid, partition, path, ... */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** Root of all errors. */
export class SluiceError extends Error {
  readonly code: string;
  readonly retry: Retry;
  readonly details: ErrorDetails;

  constructor(code: string, message: string, options: { retry?: Retry; details?: ErrorDetails; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retry = options.retry ?? "never";
    this.details = options.details ?? {};
  }
}

// --- Wrong use of the API -------------------------------------------------------------------------------------------

/** An argument or option has a value that cannot work. */
export class IllegalArgumentError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_ILLEGAL_ARGUMENT", message, details && { details });
  }
}

/** The call does not fit the life cycle: adding after start, starting after stop, and so on. */
export class IllegalStateError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_ILLEGAL_STATE", message, details && { details });
  }
}

// --- User data and user code ----------------------------------------------------------------------------------------

/** A value has no encoding: a function, a symbol, a class instance without registered codec, a cycle. */
export class NotSerializableError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_NOT_SERIALIZABLE", message, details && { details });
  }
}

/** Bytes that should hold a value do not: damaged, truncated, or written by a newer format version. */
export class CorruptDataError extends SluiceError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super("SLUICE_CORRUPT_DATA", message, { ...(details && { details }), cause });
  }
}

/** An element that reached a pair operation is not a `[key, value]` pair, or its key is `undefined`. */
export class BadPairError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_BAD_PAIR", message, details && { details });
  }
}

/** A value is larger than what can be stored or sent. */
export class ValueTooLargeError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_VALUE_TOO_LARGE", message, details && { details });
  }
}

/** A function of the user's program threw. `cause` is what it threw; its stack is the user's. */
export class UserCodeError extends SluiceError {
  constructor(message: string, details: ErrorDetails, cause: unknown) {
    super("SLUICE_USER_CODE", message, { retry: "task", details, cause });
  }
}

/** A `transform`, `transformWith`, `union` or join met a parent that produced no RDD for the batch. */
export class NoRddError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_NO_RDD", message, details && { details });
  }
}

/** A `foreachRDD` or `transform` body took another path when it was run again: it is not deterministic. */
export class NonDeterministicBodyError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_NON_DETERMINISTIC_BODY", message, details && { details });
  }
}

// --- Batches --------------------------------------------------------------------------------------------------------

/** A batch failed for good: names batch time, operator and partition; `cause` has the user's stack. */
export class BatchFailedError extends SluiceError {
  constructor(message: string, details: ErrorDetails, cause: unknown) {
    super("SLUICE_BATCH_FAILED", message, { details, cause });
  }
}

/** An output operation of a committed batch failed for good. The batch's state is safe; the output is still owed. */
export class OutputFailedError extends SluiceError {
  constructor(message: string, details: ErrorDetails, cause: unknown) {
    super("SLUICE_OUTPUT_FAILED", message, { details, cause });
  }
}

// --- Checkpoint and protocol ----------------------------------------------------------------------------------------

/** The checkpoint cannot be read, or does not fit this program. */
export class CheckpointError extends SluiceError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super("SLUICE_CHECKPOINT", message, { ...(details && { details }), cause });
  }
}

/** Another driver has taken over; this one must stop. Nothing is lost: the other one goes on from the same head. */
export class FencedError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_FENCED", message, details && { details });
  }
}

/** Records were dropped by the stream before they were read. */
export class DataLossError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_DATA_LOSS", message, details && { details });
  }
}

// --- The world ------------------------------------------------------------------------------------------------------

/** An executor crashed, timed out or was killed while it ran a task. */
export class ExecutorLostError extends SluiceError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super("SLUICE_EXECUTOR_LOST", message, { retry: "task", ...(details && { details }), cause });
  }
}

/** The service asked to slow down. */
export class ThrottledError extends SluiceError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super("SLUICE_THROTTLED", message, { retry: "pause", ...(details && { details }), cause });
  }
}

/** The answer to a write was lost, and what is stored does not show any more whether it was done. */
export class UnknownOutcomeError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_UNKNOWN_OUTCOME", message, { retry: "batch", ...(details && { details }) });
  }
}

/** A shard iterator is older than five minutes. */
export class ExpiredIteratorError extends SluiceError {
  constructor(message: string, details?: ErrorDetails) {
    super("SLUICE_EXPIRED_ITERATOR", message, { retry: "task", ...(details && { details }) });
  }
}

/** A deployed application, or what is needed to reach it, is not as a command needs it. `details.install` installs what is missing. */
export class DeploymentError extends SluiceError {
  constructor(message: string, details?: ErrorDetails, cause?: unknown) {
    super("SLUICE_DEPLOYMENT", message, { ...(details && { details }), cause });
  }
}

/** There is no such file. */
export class FileNotFoundError extends SluiceError {
  constructor(path: string, cause?: unknown) {
    super("SLUICE_FILE_NOT_FOUND", `File ${path} does not exist.`, { details: { path }, cause });
  }
}

/** There is no such stream. */
export class StreamNotFoundError extends SluiceError {
  constructor(stream: string) {
    super("SLUICE_STREAM_NOT_FOUND", `Stream ${stream} does not exist.`, { details: { stream } });
  }
}
