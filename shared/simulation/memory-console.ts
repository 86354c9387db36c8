import type { Console } from "../ports/index.js";

/** A line of the log. */
export interface LogLine {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Keeps what was printed and logged. */
export class MemoryConsole implements Console {
  /** What `print` was given, call by call. */
  readonly printed: string[] = [];
  readonly logged: LogLine[] = [];

  print(text: string): void {
    this.printed.push(text);
  }

  log(level: LogLine["level"], message: string, details?: LogLine["details"]): void {
    this.logged.push(details === undefined ? { level, message } : { level, message, details });
  }
}
