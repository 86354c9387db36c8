/**
 * Compares two names in the order of their UTF-8 bytes: the order in which S3 and DynamoDB list. JavaScript's own
 * comparison goes by UTF-16 units and differs from it beyond the basic plane.
 */
export function compareUtf8(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left, "utf8"), Buffer.from(right, "utf8"));
}
