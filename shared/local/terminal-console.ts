import type { Console } from "../ports/index.js";

/** Prints to standard output; logs, one line a message, to standard error, so that output can be piped. */
export class TerminalConsole implements Console {
  constructor(
    private readonly output: NodeJS.WritableStream = process.stdout,
    private readonly errors: NodeJS.WritableStream = process.stderr,
  ) {}

  print(text: string): void {
    this.output.write(text.endsWith("\n") ? text : `${text}\n`);
  }

  log(level: "info" | "warn" | "error", message: string, details?: Readonly<Record<string, unknown>>): void {
    const facts = details === undefined ? "" : ` ${inOneLine(details)}`;
    this.errors.write(`${level.toUpperCase()} ${message.replaceAll("\n", "\\n")}${facts}\n`);
  }
}

function inOneLine(details: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(details, (_, value: unknown) => {
    if (typeof value === "bigint") return String(value);
    return value instanceof Error ? (value.stack ?? String(value)) : value;
  });
}
