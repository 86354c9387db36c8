/** Faults below the SDK's own retries, whatever the endpoint: what a network does, and replies that are hard to provoke. */
import { Readable } from "node:stream";
import type { HttpHandlerOptions, HttpRequest, HttpResponse } from "@smithy/types";

/** What happens to a request: all goes well, its reply is lost, or it is answered without being sent. */
export type Fault =
  | undefined
  | "lose-reply"
  | "lose-request"
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly damage: (body: Buffer) => Buffer };

interface Handler {
  handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }>;
  destroy?(): void;
}

/**
 * A request handler that asks `faultOf` for every request; `sent` counts by method.
 */
export class FaultyHandler implements Handler {
  readonly metadata = { handlerProtocol: "http/1.1" };
  readonly #inner: Handler;
  /** To be set by a test; `undefined`: no faults. */
  faultOf: ((request: HttpRequest) => Fault) | undefined;
  /** Methods and paths, in order. */
  readonly sent: string[] = [];

  constructor(inner: Handler) {
    this.#inner = inner;
  }

  async handle(request: HttpRequest, options?: HttpHandlerOptions): Promise<{ response: HttpResponse }> {
    this.sent.push(`${request.method} ${request.path}`);
    const fault = this.faultOf?.(request);
    if (fault === "lose-request") throw reset();
    if (typeof fault === "object" && "status" in fault) {
      const { status, headers = {}, body } = fault;
      return { response: responseOf(status, { "content-type": "application/xml", ...headers }, Buffer.from(body)) };
    }
    const { response } = await this.#inner.handle(request, options);
    if (fault === undefined) return { response };
    const parts: Buffer[] = [];
    for await (const part of response.body as Readable) parts.push(part as Buffer);
    if (fault === "lose-reply") throw reset();
    return { response: responseOf(response.statusCode, response.headers, fault.damage(Buffer.concat(parts))) };
  }

  destroy(): void {
    this.#inner.destroy?.();
  }
}

function reset(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

function responseOf(statusCode: number, headers: Record<string, string>, body: Buffer): HttpResponse {
  return { statusCode, headers, body: Readable.from([body]), reason: "" } as unknown as HttpResponse;
}
