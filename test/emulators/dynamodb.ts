import type { IncomingMessage, RequestListener } from "node:http";
import { Readable } from "node:stream";
import dynalite from "dynalite";
import { listen, type RunningServer, readBody } from "./http-server.js";

/**
 * Starts `dynalite` in this process, in memory, behind a server of our own. That one reads a request to its end before
 * dynalite sees it: dynalite itself throws out of the process when a client goes away in the middle.
 */
export function startDynamoDb(options: { readonly port?: number } = {}): Promise<RunningServer> {
  // A table is there as soon as it is asked for.
  const inner = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const [handle] = inner.listeners("request") as [RequestListener];
  return listen((request, response) => {
    response.on("error", () => {});
    readBody(request).then(
      (body) => handle(withBody(request, body), response),
      () => response.destroy(),
    );
  }, options.port);
}

/** The request as dynalite uses it, with a body that cannot fail any more. */
function withBody({ method, url, headers }: IncomingMessage, body: Buffer): IncomingMessage {
  return Object.assign(Readable.from(body.length === 0 ? [] : [body]), { method, url, headers }) as IncomingMessage;
}
