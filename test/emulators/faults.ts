/** Faults that the gateway plays, by rules: what an unreliable network and a busy service do to a client. */
import type { GatewayRequest } from "./service-of.js";

export interface FaultRule {
  /** Of which service; all when left out. */
  readonly service?: string;
  /** Which operations; all when left out. */
  readonly operation?: string | RegExp;
  /** Anything else about the request that the rule depends on. */
  readonly when?: (request: GatewayRequest) => boolean;
  /**
   * - `drop-reply`: the request takes effect, and the connection breaks instead of the answer;
   * - `throttle`: the service's own refusal, without effect;
   * - `server-error`: the service's own 500, without effect;
   * - `delay`: the request takes effect `millis` later.
   */
  readonly fault: "drop-reply" | "throttle" | "server-error" | "delay";
  /** In which share of the requests, 0 to 1. @defaultValue 1 */
  readonly probability?: number;
  /** How many times at most. @defaultValue no limit */
  readonly times?: number;
  /** Of a delay. */
  readonly millis?: number;
}

/** A reply, as the gateway writes it. */
export interface GatewayReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** The rules in force. Draws come from the random numbers given, so that a seed repeats them as far as requests come in the same order. */
export class Faults {
  readonly #random: () => number;
  #rules: { rule: FaultRule; left: number }[] = [];
  /** How often each kind was played. */
  readonly played: Record<FaultRule["fault"], number> = { "drop-reply": 0, throttle: 0, "server-error": 0, delay: 0 };

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Adds a rule; the function returned takes it away again. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#rules = [];
  }

  /** The first rule that strikes this request. */
  strike(request: GatewayRequest): FaultRule | undefined {
    for (const entry of this.#rules) {
      if (entry.left <= 0 || !matches(entry.rule, request) || this.#random() >= (entry.rule.probability ?? 1)) continue;
      entry.left--;
      this.played[entry.rule.fault]++;
      return entry.rule;
    }
    return undefined;
  }
}

function matches({ service, operation, when }: FaultRule, request: GatewayRequest): boolean {
  if (service !== undefined && service !== request.service) return false;
  if (typeof operation === "string" && operation !== request.operation) return false;
  if (operation instanceof RegExp && !operation.test(request.operation)) return false;
  return when?.(request) ?? true;
}

/** How each service says that it is too much; JSON services in general say ThrottlingException. */
const THROTTLES: Readonly<Record<string, readonly [status: number, code: string]>> = {
  kinesis: [400, "ProvisionedThroughputExceededException"],
  dynamodb: [400, "ProvisionedThroughputExceededException"],
  s3: [503, "SlowDown"],
  lambda: [429, "TooManyRequestsException"],
};

const SERVER_ERRORS: Readonly<Record<string, readonly [status: number, code: string]>> = {
  kinesis: [500, "InternalFailure"],
  dynamodb: [500, "InternalServerError"],
  s3: [500, "InternalError"],
  lambda: [500, "ServiceException"],
};

/** The service's own answer that there is too much to do. */
export function throttled(service: string): GatewayReply {
  const [status, code] = THROTTLES[service] ?? [400, "ThrottlingException"];
  return errorReply(service, status, code, "Rate exceeded");
}

/** The service's own answer that it is broken. */
export function serverError(service: string): GatewayReply {
  const [status, code] = SERVER_ERRORS[service] ?? [500, "InternalFailure"];
  return errorReply(service, status, code, "We encountered an internal error. Please try again.");
}

/** Services whose answers are XML of the Query protocol. */
const QUERY_SERVICES = new Set(["cloudformation", "sts", "iam", "sns"]);

/** An error as the service's protocol has it. */
export function errorReply(service: string, status: number, code: string, message: string): GatewayReply {
  if (service === "s3") {
    return xml(status, `<Error><Code>${code}</Code><Message>${message}</Message><RequestId>0</RequestId></Error>`);
  }
  if (QUERY_SERVICES.has(service)) {
    const type = status < 500 ? "Sender" : "Receiver";
    const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
    return xml(status, `<ErrorResponse>${error}<RequestId>0</RequestId></ErrorResponse>`);
  }
  const type = service === "dynamodb" ? `com.amazonaws.dynamodb.v20120810#${code}` : code;
  const body = service === "lambda" ? { Type: "User", message } : { __type: type, message };
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code };
  return { status, headers, body: Buffer.from(JSON.stringify(body)) };
}

/** A reply of XML. */
export function xml(status: number, text: string): GatewayReply {
  return {
    status,
    headers: { "content-type": "text/xml" },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`),
  };
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
