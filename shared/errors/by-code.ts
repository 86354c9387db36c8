import {
  BadPairError,
  BatchFailedError,
  CheckpointError,
  CorruptDataError,
  DataLossError,
  DeploymentError,
  ExecutorLostError,
  ExpiredIteratorError,
  FencedError,
  FileNotFoundError,
  IllegalArgumentError,
  IllegalStateError,
  NonDeterministicBodyError,
  NoRddError,
  NotSerializableError,
  OutputFailedError,
  SluiceError,
  StreamNotFoundError,
  ThrottledError,
  UnknownOutcomeError,
  UserCodeError,
  ValueTooLargeError,
} from "./errors.js";

const classes: Readonly<Record<string, { readonly prototype: SluiceError }>> = {
  SLUICE_BAD_PAIR: BadPairError,
  SLUICE_BATCH_FAILED: BatchFailedError,
  SLUICE_CHECKPOINT: CheckpointError,
  SLUICE_CORRUPT_DATA: CorruptDataError,
  SLUICE_DATA_LOSS: DataLossError,
  SLUICE_DEPLOYMENT: DeploymentError,
  SLUICE_EXECUTOR_LOST: ExecutorLostError,
  SLUICE_EXPIRED_ITERATOR: ExpiredIteratorError,
  SLUICE_FENCED: FencedError,
  SLUICE_FILE_NOT_FOUND: FileNotFoundError,
  SLUICE_ILLEGAL_ARGUMENT: IllegalArgumentError,
  SLUICE_ILLEGAL_STATE: IllegalStateError,
  SLUICE_NON_DETERMINISTIC_BODY: NonDeterministicBodyError,
  SLUICE_NOT_SERIALIZABLE: NotSerializableError,
  SLUICE_NO_RDD: NoRddError,
  SLUICE_OUTPUT_FAILED: OutputFailedError,
  SLUICE_STREAM_NOT_FOUND: StreamNotFoundError,
  SLUICE_THROTTLED: ThrottledError,
  SLUICE_UNKNOWN_OUTCOME: UnknownOutcomeError,
  SLUICE_USER_CODE: UserCodeError,
  SLUICE_VALUE_TOO_LARGE: ValueTooLargeError,
};

/** All codes that errors of ours can have. */
export const errorCodes: readonly string[] = Object.keys(classes);

/** An error that was made in another process, as an instance of its class here: `instanceof` goes on telling the truth. */
export function errorOfCode(
  code: string,
  message: string,
  options: ConstructorParameters<typeof SluiceError>[2],
): SluiceError {
  const error = new SluiceError(code, message, options);
  // Subclasses have constructors of their own shape, and no fields of their own.
  return Object.setPrototypeOf(error, classes[code]?.prototype ?? SluiceError.prototype) as SluiceError;
}
