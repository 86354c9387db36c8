import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A collector that keeps what it gets; `answer` says with what status, and when. */
export class Collector {
  readonly got: { readonly path: string | undefined; readonly type: string | undefined; readonly body: unknown }[] = [];
  readonly #server: Server;

  constructor(answer: () => number | Promise<number> = () => 200) {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then(async (body) => {
        this.got.push({ path: request.url, type: request.headers["content-type"], body: JSON.parse(body) });
        response.writeHead(await answer()).end("{}");
      });
    });
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
