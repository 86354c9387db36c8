import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { translated } from "./s3-errors.js";

export interface ListedObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Epoch milliseconds, whole seconds. */
  readonly modified: number;
}

export interface Listing {
  readonly objects: readonly ListedObject[];
  /** With a delimiter: what the keys below share, up to and with it. */
  readonly prefixes: readonly string[];
}

/** Everything whose key starts with `prefix`, page after page. @throws {ThrottledError} */
export async function listObjects(
  client: S3Client,
  bucket: string,
  prefix: string,
  delimiter?: string,
): Promise<Listing> {
  const objects: ListedObject[] = [];
  const prefixes: string[] = [];
  let token: string | undefined;
  do {
    const page = await client
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          // XML cannot hold every character that a key can.
          EncodingType: "url",
          ...(delimiter !== undefined && { Delimiter: delimiter }),
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      )
      .catch((error: unknown) => {
        throw translated(error, `ListObjectsV2 ${prefix}`);
      });
    const plain = decoder(page);
    for (const { Key, Size, LastModified } of page.Contents ?? []) {
      objects.push({ key: plain(Key ?? ""), size: Size ?? 0, modified: LastModified?.getTime() ?? 0 });
    }
    for (const { Prefix } of page.CommonPrefixes ?? []) prefixes.push(plain(Prefix ?? ""));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return { objects, prefixes };
}

/** Services that do not know of the encoding leave it out of the reply. A space may come as `+`. */
function decoder({ EncodingType }: ListObjectsV2CommandOutput): (name: string) => string {
  return EncodingType === "url" ? (name) => decodeURIComponent(name.replace(/\+/g, "%20")) : (name) => name;
}
