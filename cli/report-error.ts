import { EXIT_FAILED, EXIT_USAGE } from "./exit-codes.js";
import { adviceOfService, isOfService } from "./service-errors.js";
import { allFrames, userFrames } from "./user-frames.js";

/** What a failure comes to on the command line. */
export interface ErrorReport {
  readonly lines: readonly string[];
  readonly exitCode: number;
}

/** What to do about an error, by its code. */
const ADVICE: Readonly<Record<string, string>> = {
  SLUICE_ILLEGAL_ARGUMENT: "Nothing was run. Correct this and try again; `sluice help <command>` lists all options.",
  SLUICE_BATCH_FAILED:
    "Nothing of this batch counts. Mend the program and run the same command again: with --checkpoint it goes on at this batch.",
  SLUICE_OUTPUT_FAILED:
    "Mend the cause and run the same command again: with --checkpoint the output is sent first, then it goes on.",
};

/** Facts of an error's details that help to find the place, in this order. */
const FACTS = ["operator", "partition", "record"] as const;

/** Prints an error to standard error and returns the exit code that it means. */
export function reportError(error: unknown): number {
  const { lines, exitCode } = describeError(error);
  process.stderr.write(`${lines.join("\n")}\n`);
  return exitCode;
}

/** An error in the words that its reader needs: what happened, where, the program's own stack, and what to do next. */
export function describeError(error: unknown): ErrorReport {
  const code = codeOf(error);
  const advice = code === undefined ? adviceOfService(error) : ADVICE[code];
  const wrongUse = code === "SLUICE_ILLEGAL_ARGUMENT";
  return {
    lines: [
      `sluice: ${headline(error)}`,
      ...(wrongUse ? [] : [...factsOf(error), ...originOf(error)]),
      ...(advice === undefined ? [] : [advice]),
    ],
    exitCode: wrongUse ? EXIT_USAGE : EXIT_FAILED,
  };
}

/** By code, not by class: a program may bring its own copy of the package. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && code.startsWith("SLUICE_") ? code : undefined;
}

function headline(error: unknown): string {
  if (!(error instanceof Error)) return `the program threw ${String(error)}`;
  return codeOf(error) === undefined ? `${error.name}: ${error.message}` : error.message;
}

function factsOf(error: unknown): readonly string[] {
  const { details } = (error ?? {}) as { readonly details?: Readonly<Record<string, unknown>> };
  return FACTS.filter((fact) => details?.[fact] !== undefined).map(
    (fact) => `  ${fact.padEnd(9)}  ${String(details?.[fact])}`,
  );
}

/** Where it began: the last cause, with the frames of the user's program. */
function originOf(error: unknown): readonly string[] {
  const origin = lastCause(error);
  if (!(origin instanceof Error)) return [];
  const frames = userFrames(origin);
  if (frames.length > 0) return origin === error ? frames : [`  ${origin.name}: ${origin.message}`, ...frames];
  // Nobody foresaw it, and it is not the program's: all of its stack is for whoever mends us.
  const isUnforeseen = codeOf(origin) === undefined && !isOfService(origin) && origin === error;
  return isUnforeseen ? allFrames(origin) : [];
}

/** The error at the end of the causes, which may go round. */
function lastCause(error: unknown): unknown {
  const seen = new Set<unknown>();
  let last = error;
  while (last instanceof Error && last.cause !== undefined && !seen.has(last)) {
    seen.add(last);
    last = last.cause;
  }
  return last;
}
