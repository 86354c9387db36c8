import { pipeline, type Readable, Transform } from "node:stream";
import { isThrottle } from "./service-errors.js";

/** What the requests of one operation came to. */
export interface OperationUsage {
  /** Requests sent, every attempt counted. */
  readonly requests: number;
  /** Bytes of the requests' bodies. */
  readonly requestBytes: number;
  /** Bytes of the replies' bodies. */
  readonly responseBytes: number;
  /** Requests that were another attempt. */
  readonly retries: number;
  /** Requests that were refused because they were too many. */
  readonly throttles: number;
}

/** Usage by service (`kinesis`, `s3`, `dynamodb`, `lambda`) and operation (`GetRecords`, ...). */
export type Usage = Readonly<Record<string, Readonly<Record<string, OperationUsage>>>>;

type Counts = { -readonly [Name in keyof OperationUsage]: number };

/** The part of a request that is counted. */
interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** The part of a reply that is counted. */
interface Received {
  readonly headers: Readonly<Record<string, string>>;
  body?: Readable;
}

interface Context {
  readonly commandName?: string;
}

type Next = (args: { readonly request: Sent }) => Promise<{ readonly response: Received }>;

/** The SDK's middleware stack as it is used here: its own type depends on the inputs and outputs of the client. */
interface Stack {
  add(
    middleware: (next: Next, context: Context) => Next,
    options: { readonly name: string; readonly step: "deserialize" | "finalizeRequest"; readonly priority: "low" },
  ): void;
}

/**
 * Counts what clients send and receive, at the last place before the network: each attempt, also those of the SDK.
 *
 * @example
 * const meter = new UsageMeter();
 * const clients = awsClients({ meter });
 * const before = meter.snapshot();
 * await clients.dynamodb.send(command);
 * UsageMeter.minus(meter.snapshot(), before); // { dynamodb: { GetItem: { requests: 1, ... } } }
 */
export class UsageMeter {
  readonly #counts = new Map<string, Map<string, Counts>>();

  /** Counts for this client from now on. */
  attach(client: { readonly middlewareStack: object }, service: string): void {
    const stack = client.middlewareStack as Stack;
    const countsOf = ({ commandName = "unknown" }: Context) => this.#of(service, commandName.replace(/Command$/, ""));
    stack.add(
      (next, context) => async (args) => {
        const counts = countsOf(context);
        counts.requests += 1;
        counts.requestBytes += bytesOf(args.request);
        if (attemptOf(args.request) > 1) counts.retries += 1;
        const result = await next(args);
        countBody(counts, result.response);
        return result;
      },
      // Innermost of the last step: a signed request, a reply that nobody has read yet.
      { name: "sluiceMeterBytes", step: "deserialize", priority: "low" },
    );
    stack.add(
      (next, context) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (isThrottle(error)) countsOf(context).throttles += 1;
          throw error;
        }
      },
      // Inside the retries, outside the parser: every attempt, its error known by name.
      { name: "sluiceMeterThrottles", step: "finalizeRequest", priority: "low" },
    );
  }

  /** The usage so far, as plain data. */
  snapshot(): Usage {
    return Object.fromEntries(
      [...this.#counts].map(([service, operations]) => [
        service,
        Object.fromEntries([...operations].map(([operation, counts]) => [operation, { ...counts }])),
      ]),
    );
  }

  /** What was used between two snapshots; operations without requests are left out. */
  static minus(later: Usage, earlier: Usage): Usage {
    const services = Object.entries(later).map(([service, operations]) => {
      const used = Object.entries(operations)
        .map(([operation, counts]) => [operation, difference(counts, earlier[service]?.[operation])] as const)
        .filter(([, counts]) => counts.requests > 0);
      return [service, Object.fromEntries(used)] as const;
    });
    return Object.fromEntries(services.filter(([, operations]) => Object.keys(operations).length > 0));
  }

  #of(service: string, operation: string): Counts {
    const operations = this.#counts.get(service) ?? new Map<string, Counts>();
    this.#counts.set(service, operations);
    const counts = operations.get(operation) ?? { ...nothing };
    operations.set(operation, counts);
    return counts;
  }
}

const nothing: OperationUsage = { requests: 0, requestBytes: 0, responseBytes: 0, retries: 0, throttles: 0 };

function difference(later: OperationUsage, earlier: OperationUsage = nothing): OperationUsage {
  return {
    requests: later.requests - earlier.requests,
    requestBytes: later.requestBytes - earlier.requestBytes,
    responseBytes: later.responseBytes - earlier.responseBytes,
    retries: later.retries - earlier.retries,
    throttles: later.throttles - earlier.throttles,
  };
}

/** The SDK numbers the attempts of a request in a header. */
function attemptOf({ headers }: Sent): number {
  return Number(/attempt=(\d+)/.exec(headers?.["amz-sdk-request"] ?? "")?.[1] ?? 1);
}

function bytesOf({ headers, body }: Sent): number {
  const declared = headers?.["content-length"];
  if (declared !== undefined) return Number(declared);
  if (typeof body === "string") return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.byteLength : 0;
}

/** Counts the bytes of a reply's body: from its header, or, where that does not say, as they pass. */
function countBody(counts: Counts, reply: Received): void {
  const declared = reply.headers["content-length"];
  if (declared !== undefined) {
    counts.responseBytes += Number(declared);
  } else if (reply.body !== undefined) {
    const counter = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        counts.responseBytes += chunk.byteLength;
        done(null, chunk);
      },
    });
    // An error of either end reaches the other; who reads the body hears of it.
    reply.body = pipeline(reply.body, counter, () => {});
  }
}
