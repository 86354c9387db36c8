/**
 * One URL for all services, as AWS_ENDPOINT_URL wants it. Routes by the credential scope of the signature, and plays faults.
 *
 * 1. A request is handed on only when it has arrived whole: a client killed in the middle of one never reaches an emulator
 *    (some die of it), and a request that was handed on takes its course although nobody waits for the answer, as on AWS.
 * 2. Nothing a client does ends the gateway.
 */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { errorReply, Faults, type GatewayReply, serverError, throttled } from "./faults.js";
import { listen, readBody } from "./http-server.js";
import { type GatewayRequest, operationOf, serviceOf } from "./service-of.js";

/** Where requests of a service go: to a server, or to a function in this process. */
export type Route = string | ((request: GatewayRequest) => Promise<GatewayReply>);

export interface Gateway {
  readonly url: string;
  readonly faults: Faults;
  /** Requests handed on, by service and operation: `kinesis PutRecords` → 12. */
  readonly counts: ReadonlyMap<string, number>;
  /** Adds or replaces the route of a service. */
  route(service: string, route: Route): void;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** @defaultValue 0, any free one */
  readonly port?: number;
  readonly routes?: Readonly<Record<string, Route>>;
  /** What faults are drawn with. */
  readonly random?: () => number;
  /** Is told what went wrong behind the gateway. */
  readonly log?: (message: string) => void;
}

/** Headers that belong to one connection and not to the message. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding", "expect", "te", "upgrade", "proxy-connection"];

/** Starts a gateway on 127.0.0.1. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const routes = new Map<string, Route>(Object.entries(options.routes ?? {}));
  const faults = new Faults(options.random);
  const counts = new Map<string, number>();
  let stopped = false;
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  async function answer(message: GatewayRequest): Promise<GatewayReply | undefined> {
    const fault = faults.strike(message);
    if (fault?.fault === "throttle") return throttled(message.service);
    if (fault?.fault === "server-error") return serverError(message.service);
    if (fault?.fault === "delay") await sleep(fault.millis ?? 0);
    const name = `${message.service} ${message.operation}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const reply = await handOn(message);
    return fault?.fault === "drop-reply" ? undefined : reply;
  }

  async function handOn(message: GatewayRequest): Promise<GatewayReply> {
    const route = routes.get(message.service);
    if (route === undefined) {
      return errorReply(message.service, 501, "NotImplemented", `No emulator of ${message.service} is running.`);
    }
    try {
      return typeof route === "string" ? await forward(agent, route, message) : await route(message);
    } catch (error) {
      const text = `${message.service} ${message.operation}: ${error instanceof Error ? error.message : String(error)}`;
      // What the end breaks off is no news.
      if (!stopped) options.log?.(text);
      return errorReply(message.service, 500, "InternalFailure", text);
    }
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readBody(incoming);
    const { method = "GET", url = "/", headers } = incoming;
    const service = serviceOf(url, headers);
    const reply = await answer({
      method,
      url,
      headers,
      body,
      service,
      operation: operationOf(service, method, url, headers, body),
    });
    if (reply === undefined) {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(reply.status, { ...reply.headers } as Record<string, string | string[]>);
    outgoing.end(reply.body);
  }

  const server = await listen((incoming, outgoing) => {
    outgoing.on("error", () => {});
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  }, options.port);
  return {
    url: server.url,
    faults,
    counts,
    route: (service, route) => void routes.set(service, route),
    async stop() {
      stopped = true;
      await server.stop();
      agent.destroy();
    },
  };
}

function forward(agent: Agent, base: string, message: GatewayRequest): Promise<GatewayReply> {
  return new Promise((resolve, reject) => {
    const headers = endToEnd(message.headers, message.body.byteLength);
    // The Host that was signed goes along: an emulator that checks signatures needs it.
    const outgoing = request(`${base}${message.url}`, { method: message.method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const body = Buffer.concat(chunks);
        // The answer to HEAD names a length that it does not have.
        const kept = endToEnd(response.headers, message.method === "HEAD" ? undefined : body.byteLength);
        resolve({ status: response.statusCode ?? 502, headers: kept, body });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(message.body);
  });
}

function endToEnd(headers: IncomingHttpHeaders, length: number | undefined): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.includes(name)) kept[name] = value;
  }
  if (length !== undefined) kept["content-length"] = String(length);
  return kept;
}
