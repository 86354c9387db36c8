/** The console's server: the page, its events and the REST API, for this machine only. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { IllegalArgumentError } from "../../../shared/errors/index.js";
import { type RestContext, type RestReply, rest } from "../../../shared/monitor/index.js";
import { readAsset } from "./assets.js";
import { EventStream } from "./event-stream.js";
import { refusalOf, SECURITY_HEADERS } from "./security.js";

/** Where it listens if it can. (Spark's web UI is at 4040, too.) */
export const DEFAULT_PORT = 4040;
/** Ports that are tried. (Spark: `spark.port.maxRetries`.) */
const PORT_TRIES = 16;
const HOST = "127.0.0.1";
/** Clients that are sent events at a time. */
const MAX_STREAMS = 50;

export interface ConsoleOptions extends RestContext {
  /** 0: any free one. @defaultValue 4040, or one of the next that is free */
  readonly port?: number | undefined;
}

export interface RunningConsole {
  readonly url: string;
  /** Tells the clients what there is left to tell, and ends. */
  close(): Promise<void>;
}

/** @throws {IllegalArgumentError} when the port that was asked for is taken. */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const streams = new Set<EventStream>();
  const server = createServer((request, response) => {
    answer(options, streams, request, response).catch((error: Error) => {
      if (!response.headersSent) reply(response, request, text(500, error.message));
      else response.destroy();
    });
  });
  await listen(server, options.port);
  // A page that is left open keeps no program from ending.
  server.unref();
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const stream of streams) stream.end();
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), 500);
      await closed;
      clearTimeout(late);
    },
  };
}

async function listen(server: Server, wanted: number | undefined): Promise<void> {
  const ports = wanted === undefined ? Array.from({ length: PORT_TRIES }, (_, i) => DEFAULT_PORT + i) : [wanted];
  for (const port of ports) {
    try {
      server.listen(port, HOST);
      await once(server, "listening");
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    }
  }
  throw new IllegalArgumentError(
    wanted === undefined
      ? `All ports from ${DEFAULT_PORT} to ${DEFAULT_PORT + PORT_TRIES - 1} are taken: choose another by --console-port.`
      : `Port ${wanted} is taken, or not to be had: choose another by --console-port (0: any).`,
    { port: wanted ?? DEFAULT_PORT },
  );
}

async function answer(
  options: ConsoleOptions,
  streams: Set<EventStream>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  const refusal = refusalOf(request);
  if (refusal !== undefined) {
    if (refusal.status === 405) response.setHeader("Allow", "GET, HEAD");
    return reply(response, request, text(refusal.status, refusal.reason));
  }
  const target = `http://${HOST}${request.url ?? "/"}`;
  if (!URL.canParse(target)) return reply(response, request, text(400, "This is no path."));
  const { pathname, searchParams } = new URL(target);
  if (pathname === "/events" && request.method === "GET") return follow(options, streams, request, response);
  const answered = await rest(options, request.method ?? "GET", pathname, searchParams);
  if (answered !== undefined) return reply(response, request, answered);
  const asset = await readAsset(pathname);
  if (asset !== undefined) return reply(response, request, { status: 200, type: asset.type, body: asset.bytes });
  const isPage = pathname === "/";
  return reply(
    response,
    request,
    text(404, isPage ? "The page was not built: npm run build." : "There is nothing here."),
  );
}

function follow(
  { source }: ConsoleOptions,
  streams: Set<EventStream>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (streams.size >= MAX_STREAMS) {
    reply(response, request, text(503, "Too many pages look at this already."));
    return;
  }
  const stream = new EventStream(source, request, response);
  streams.add(stream);
  response.on("close", () => streams.delete(stream));
  stream.start();
}

interface Reply extends Omit<RestReply, "body"> {
  readonly body: string | Uint8Array;
}

/** Nothing is kept by browsers: data is old at once, and the page is as old as the program. */
function reply(response: ServerResponse, { method }: IncomingMessage, { status, type, body }: Reply): void {
  const bytes = Buffer.from(body as Uint8Array);
  response.writeHead(status, { "Content-Type": type, "Content-Length": bytes.byteLength, "Cache-Control": "no-store" });
  response.end(method === "HEAD" ? undefined : bytes);
}

function text(status: number, message: string): Reply {
  return { status, type: "text/plain; charset=utf-8", body: `${message}\n` };
}
