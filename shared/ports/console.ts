/** Where `print()` writes and where people read warnings: standard output locally, the structured log on AWS. */
export interface Console {
  /** Output of the program: what `print()` shows. */
  print(text: string): void;
  /** A message for the operator, one line. */
  log(level: "info" | "warn" | "error", message: string, details?: Readonly<Record<string, unknown>>): void;
}
