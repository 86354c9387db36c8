/** The Query protocol of CloudFormation, STS and IAM: forms in, XML out. */
import { escapeXml, type GatewayReply, xml } from "../faults.js";

/** Raised for what the caller did wrong. */
export class QueryError extends Error {
  override readonly name = "QueryError";
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** Fields of a list of structures, `Parameters.member.1.ParameterKey=...`, in order. */
export function members(form: URLSearchParams, name: string): readonly Readonly<Record<string, string>>[] {
  const found: Record<string, string>[] = [];
  for (const [key, value] of form) {
    const [, index, field = ""] = new RegExp(`^${name}\\.member\\.(\\d+)(?:\\.(.+))?$`).exec(key) ?? [];
    if (index === undefined) continue;
    const at = Number(index) - 1;
    found[at] = { ...found[at], [field]: value };
  }
  return found.filter((entry) => entry !== undefined);
}

/** The answer to an action. */
export function queryReply(action: string, result: unknown): GatewayReply {
  const body = `<${action}Result>${toXml(result)}</${action}Result>`;
  return xml(
    200,
    `<${action}Response>${body}<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></${action}Response>`,
  );
}

/** Lists as `<member>`s, objects as elements, times as ISO; what is undefined is not there. */
function toXml(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => `<member>${toXml(item)}</member>`).join("");
  if (typeof value !== "object") return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => `<${name}>${toXml(item)}</${name}>`)
    .join("");
}
