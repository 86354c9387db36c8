import { IllegalArgumentError } from "../errors/index.js";
import { type AppOptions, type ResolvedOptions, resolveOptions } from "./options.js";
import type { StreamingContext } from "./streaming-context.js";

/** A streaming application: a name, options, and a function that builds its graph. Made by {@link streamingApp}. */
export interface StreamingApp {
  readonly name: string;
  readonly options: ResolvedOptions;
  readonly build: (ssc: StreamingContext) => void;
}

const APP_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/**
 * Declares an application. A program's file default-exports one; the driver and every executor call `build` to get the
 * same graph, so it must be deterministic and must do no I/O.
 *
 * @param name Names the application's checkpoint, state and metrics: letters, digits, `-` and `_`, at most 63.
 * @throws {IllegalArgumentError} for a bad name or option.
 * @example
 * export default streamingApp("word-count", { batchDuration: seconds(1) }, (ssc) => {
 *   ssc.socketTextStream("127.0.0.1", 9999)
 *     .flatMap((line) => line.split(/\s+/))
 *     .mapToPair((word) => [word, 1])
 *     .reduceByKey((a, b) => a + b)
 *     .print();
 * });
 */
export function streamingApp(name: string, options: AppOptions, build: (ssc: StreamingContext) => void): StreamingApp {
  if (typeof name !== "string" || !APP_NAME.test(name)) {
    throw new IllegalArgumentError(
      `"${String(name)}" cannot name an application: use letters, digits, "-" and "_", at most 63, beginning with a letter or digit.`,
    );
  }
  if (typeof build !== "function") {
    throw new IllegalArgumentError(`streamingApp("${name}") needs a function that builds its graph as third argument.`);
  }
  return Object.freeze({ name, options: resolveOptions(options), build });
}

/** Is this value what {@link streamingApp} returns? (A program's file may export anything.) */
export function isStreamingApp(value: unknown): value is StreamingApp {
  const app = value as Partial<StreamingApp> | undefined;
  return typeof app?.name === "string" && typeof app.build === "function" && typeof app.options === "object";
}
