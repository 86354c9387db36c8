import { S3Error } from "./s3-error.js";

export interface Unchunked {
  readonly bytes: Buffer;
  /** Lower-case names. */
  readonly trailers: Readonly<Record<string, string>>;
}

const malformed = () => new S3Error(400, "IncompleteBody", "The request body's chunks are not well formed.");

/**
 * Takes a body out of its `aws-chunked` framing: `size;chunk-signature=…\r\n` bytes `\r\n`, …, `0\r\n`, and trailers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function unchunk(body: Buffer): Unchunked {
  const parts: Buffer[] = [];
  let at = 0;
  const line = () => {
    const end = body.indexOf("\r\n", at);
    if (end < 0) throw malformed();
    const text = body.toString("latin1", at, end);
    at = end + 2;
    return text;
  };
  for (;;) {
    const size = /^([0-9a-f]+)(;.*)?$/i.exec(line())?.[1];
    if (size === undefined) throw malformed();
    const length = Number.parseInt(size, 16);
    if (length === 0) break;
    if (at + length + 2 > body.length) throw malformed();
    parts.push(body.subarray(at, at + length));
    at += length;
    if (line() !== "") throw malformed();
  }
  const trailers: Record<string, string> = {};
  while (at < body.length) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line()) ?? [];
    if (name !== undefined && value !== undefined) trailers[name.trim().toLowerCase()] = value.trim();
  }
  return { bytes: Buffer.concat(parts), trailers };
}
