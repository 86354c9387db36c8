/** Which service a request is for, and which operation of it: read off the request as AWS itself does it. */
import type { IncomingHttpHeaders } from "node:http";

/** A complete request, as the gateway hands it on. */
export interface GatewayRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The service of the credential scope: `kinesis`, `dynamodb`, `s3`, `lambda`, `cloudformation`, `sts`, ... */
  readonly service: string;
  /** As the service's API calls it: `PutRecords`, `UpdateItem`, `Invoke`, ... */
  readonly operation: string;
}

/**
 * The service in the credential scope of a signed request, `AKID/date/region/service/aws4_request` in the header or, presigned, in the query.
 * What nobody signed is for S3 (presigned links of old, browsers) or for Lambda, by its path.
 */
export function serviceOf(url: string, headers: IncomingHttpHeaders): string {
  const query = new URL(url, "http://gateway").searchParams;
  const signed = /Credential=([^,\s]+)/.exec(headers.authorization ?? "")?.[1] ?? query.get("X-Amz-Credential");
  const service = signed?.split("/")[3];
  return service ?? (/^\/20\d\d-\d\d-\d\d\//.test(url) ? "lambda" : "s3");
}

/** The name of the operation, by the protocol of the service. */
export function operationOf(
  service: string,
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): string {
  const target = headers["x-amz-target"];
  if (typeof target === "string") return target.slice(target.lastIndexOf(".") + 1);
  const { pathname, searchParams } = new URL(url, "http://gateway");
  const rpc = /\/service\/[^/]+\/operation\/([^/]+)$/.exec(pathname);
  if (rpc !== null) return rpc[1] as string;
  if (service === "s3") return s3Operation(method, pathname, searchParams, headers);
  if (service === "lambda") return lambdaOperation(method, pathname);
  return new URLSearchParams(body.toString("utf8")).get("Action") ?? `${method} ${pathname}`;
}

function s3Operation(method: string, path: string, query: URLSearchParams, headers: IncomingHttpHeaders): string {
  const isObject = /^\/[^/]+\/./.test(path);
  if (!isObject) {
    if (method === "GET" && query.get("list-type") === "2") return "ListObjectsV2";
    if (method === "POST" && query.has("delete")) return "DeleteObjects";
    const subresource = [...query.keys()].find((key) => key !== "x-id");
    return `${method} bucket${subresource === undefined ? "" : ` ${subresource}`}`;
  }
  if (query.has("uploads")) return method === "POST" ? "CreateMultipartUpload" : "ListMultipartUploads";
  if (query.has("uploadId")) {
    const names: Record<string, string> = {
      PUT: "UploadPart",
      POST: "CompleteMultipartUpload",
      DELETE: "AbortMultipartUpload",
      GET: "ListParts",
    };
    return names[method] ?? method;
  }
  if (method === "PUT" && headers["x-amz-copy-source"] !== undefined) return "CopyObject";
  const verb = { PUT: "Put", GET: "Get", HEAD: "Head", DELETE: "Delete" }[method];
  return verb === undefined ? method : `${verb}Object`;
}

function lambdaOperation(method: string, path: string): string {
  if (/\/functions\/[^/]+\/invocations$/.test(path)) return "Invoke";
  return `${method} ${path.replace(/^\/20\d\d-\d\d-\d\d/, "")}`;
}
