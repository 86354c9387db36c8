import { SluiceError } from "../errors/index.js";
import { textOf } from "./text.js";
import type { ErrorView } from "./view.js";

/** Causes that are told; their chain may go round. */
const MAX_CAUSES = 8;

/** What to show of an error's stack. */
export type StackOf = (error: Error) => string | undefined;

/** What an error says about where it happened: the outermost knows batch and operator, the last cause has the program's stack. */
export function errorView(error: unknown, stackOf: StackOf = ({ stack }) => stack): ErrorView {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), causes: [] };
  const causes = causesOf(error);
  const all = [error, ...causes];
  const fact = (name: string): unknown =>
    all.map((one) => (one instanceof SluiceError ? one.details[name] : undefined)).find((value) => value !== undefined);
  const origin = all[all.length - 1] as Error;
  const partition = fact("partition");
  return {
    name: error.name,
    code: error instanceof SluiceError ? error.code : undefined,
    message: error.message,
    stack: stackOf(origin),
    operator: asText(fact("operator")),
    partition: typeof partition === "number" ? partition : undefined,
    record: asText(fact("record")),
    causes: causes.map(({ name, message }) => `${name}: ${message}`),
  };
}

function causesOf(error: Error): readonly Error[] {
  const causes: Error[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < MAX_CAUSES; cause = cause.cause) {
    causes.push(cause);
  }
  return causes;
}

function asText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : textOf(value);
}
