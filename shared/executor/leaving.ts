import { NotSerializableError } from "../errors/index.js";
import type { TaskInfo } from "../rdd/index.js";

/** Encodes what leaves a task. A value that cannot be encoded is named with the operator it is of, and where it was to go. */
export function leaving<T>(
  operator: string,
  where: string,
  { batchTime, partition }: TaskInfo,
  encode: () => T | Promise<T>,
): T | Promise<T> {
  const named = (error: unknown): never => {
    if (!(error instanceof NotSerializableError)) throw error;
    throw new NotSerializableError(
      `${operator} cannot ${where} (batch ${batchTime} ms, partition ${partition}): ${error.message}`,
      { ...error.details, operator, batchTime, partition },
    );
  };
  try {
    const encoded = encode();
    return encoded instanceof Promise ? encoded.catch(named) : encoded;
  } catch (error) {
    return named(error);
  }
}
