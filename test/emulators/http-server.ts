/** What every emulator is made of: an HTTP server on this machine only, and whole bodies. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface RunningServer {
  /** With the address, not the name, of this machine: the S3 client puts the bucket before a name. */
  readonly url: string;
  stop(): Promise<void>;
}

/** @param port 0 (default): any free one. */
export async function listen(handle: RequestListener, port = 0): Promise<RunningServer> {
  const server = createServer(handle);
  // Clients keep connections; one that is closed under a request would look like a lost reply.
  server.keepAliveTimeout = 120_000;
  // A frozen Lambda environment may take any time to say what it has to say.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The whole body. @throws when the client goes away in the middle of it. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends a whole answer. For HEAD, `content-length` may be given without a body. */
export function send(response: ServerResponse, { status, headers = {}, body = "" }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { "content-length": String(Buffer.byteLength(body)), ...headers });
  response.end(body);
}
