// Types are not known to a table: callers know what they compiled.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type CompiledFunction = (...args: any[]) => any;

/**
 * The function a table holds as the text of a JavaScript arrow function.
 *
 * The tables are part of this project, and this is the only place that makes code of text.
 */
export function compile(source: string | undefined): CompiledFunction {
  if (source === undefined) throw new Error("The step lacks a function.");
  const compiled: unknown = new Function(`"use strict"; return (${source});`)();
  if (typeof compiled !== "function") throw new Error(`Not a function: ${source}`);
  return compiled as CompiledFunction;
}
