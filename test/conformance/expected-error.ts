import {
  CheckpointError,
  IllegalArgumentError,
  IllegalStateError,
  NoRddError,
  SluiceError,
} from "../../shared/errors/index.js";
import type { ExpectedError } from "./case.js";

type ErrorClass = typeof SluiceError | typeof IllegalArgumentError;

/** Spark's and Python's classes; `SluiceError` where the table's class says nothing. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  IllegalArgumentException: IllegalArgumentError,
  ValueError: IllegalArgumentError,
  IllegalStateException: IllegalStateError,
  SparkException: SluiceError,
  Exception: SluiceError,
};

/** Where Sluice has a class for what Spark only says in the message. */
const MEANINGS: Readonly<Record<string, ErrorClass>> = {
  "no RDD from parent at that time": NoRddError,
  "failed to read checkpoint from directory": CheckpointError,
};

/** The error and its causes, outermost first. */
export function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let next = error; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next);
  return chain;
}

/** Checks that the error, or one of its causes, is of the class and has the text that the row expects. */
export function expectError(error: unknown, { type, meaning, messageIncludes }: ExpectedError): void {
  const chain = causes(error);
  expect(chain[0]).toBeInstanceOf(Error);
  const expectedClass = (meaning && MEANINGS[meaning]) ?? (type && CLASSES[type]);
  if (type && !expectedClass) throw new Error(`No class of Sluice stands for ${type}: add it to CLASSES.`);
  if (expectedClass) {
    const isExpected = chain.some((each) => each instanceof expectedClass);
    expect(isExpected ? expectedClass.name : chain.map(String)).toBe(expectedClass.name);
  }
  if (messageIncludes !== undefined) {
    expect(chain.map(({ message }) => message).join("\n")).toContain(messageIncludes);
  }
}

/** What `call` throws, or its promise rejects with. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  let value: unknown;
  try {
    value = await call();
  } catch (error) {
    return error;
  }
  throw new Error(`Expected an error, got ${JSON.stringify(value)}.`);
}
