/** Who may ask, and what the page may do. The server is for the person at this machine, and only reads. */
import type { IncomingMessage } from "node:http";

/** The page loads scripts, styles and data from here and from nowhere else, and nobody may frame it. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Set with every answer. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": CONTENT_SECURITY_POLICY,
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const LOCAL_HOSTS: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Why a request is refused, with its status; `undefined`: it is not. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/**
 * A page of another site may make a browser ask: by a name that it lets mean this machine, which the host tells, or across
 * sites, which the browser tells.
 */
export function refusalOf({ method, headers }: Pick<IncomingMessage, "method" | "headers">): Refusal | undefined {
  if (!isLocalHost(headers.host)) {
    return { status: 403, reason: "This server answers to 127.0.0.1, localhost and [::1] only." };
  }
  const site = headers["sec-fetch-site"];
  if (site === "cross-site" && headers["sec-fetch-mode"] !== "navigate") {
    return { status: 403, reason: "Other sites are not answered." };
  }
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, reason: "Nothing can be changed here: GET and HEAD only." };
  }
  return undefined;
}

function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const match = /^(\[[^\]]+\]|[^:]+)(?::\d{1,5})?$/.exec(host);
  return match !== null && LOCAL_HOSTS.has(match[1]?.toLowerCase() ?? "");
}
