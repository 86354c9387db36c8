import type { StreamingContext } from "../shared/index.js";
import { chunksOfLines } from "./chunks-of-lines.js";

/** Most records a stream takes in one call. */
const MAX_RECORDS = 500;

/** Puts the lines of standard input as records into a local stream; reads on when they are durable. */
export async function feedStdin(ssc: StreamingContext, stream: string): Promise<void> {
  for await (const lines of chunksOfLines(process.stdin)) {
    for (let at = 0; at < lines.length; at += MAX_RECORDS) await ssc.put(stream, lines.slice(at, at + MAX_RECORDS));
  }
}
