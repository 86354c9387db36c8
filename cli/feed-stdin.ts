import type { StreamingContext } from "../shared/index.js";

/** Most records a stream takes in one call. */
const MAX_RECORDS = 500;

/** Puts the lines of standard input as records into a local stream; reads on when they are durable. */
export async function feedStdin(ssc: StreamingContext, stream: string): Promise<void> {
  for await (const lines of chunksOfLines(process.stdin)) {
    for (let at = 0; at < lines.length; at += MAX_RECORDS) await ssc.put(stream, lines.slice(at, at + MAX_RECORDS));
  }
}

/** Whole lines, as many as came at once; empty ones and those without end at the end count too. */
async function* chunksOfLines(input: NodeJS.ReadableStream): AsyncGenerator<readonly string[]> {
  input.setEncoding("utf8");
  let rest = "";
  for await (const text of input) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [rest];
}
