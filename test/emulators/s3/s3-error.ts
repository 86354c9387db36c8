import type { Answer } from "../http-server.js";
import { element } from "./xml.js";

/** An error as S3 reports it. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export class S3Error extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }

  answer(requestId: string): Answer {
    const fields = { Code: this.code, Message: this.message, ...this.fields, RequestId: requestId };
    const children = Object.entries(fields).map(([name, value]) => element(name, value));
    return {
      status: this.status,
      headers: { "content-type": "application/xml" },
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${children.join("")}</Error>`,
    };
  }
}

export const noSuchBucket = (bucket: string) =>
  new S3Error(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName: bucket });

export const noSuchKey = (key: string) =>
  new S3Error(404, "NoSuchKey", "The specified key does not exist.", { Key: key });

export const preconditionFailed = (condition: string) =>
  new S3Error(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition,
  });

export const notImplemented = (what: string) =>
  new S3Error(501, "NotImplemented", `A header or query you provided implies functionality that is not here: ${what}`);
