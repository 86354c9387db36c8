import { CreateBucketCommand, DeleteBucketCommand } from "@aws-sdk/client-s3";
import { generatedName, type ResourceKind } from "../resource-kind.js";

/** AWS::S3::Bucket. */
export const s3Bucket: ResourceKind = {
  async create(properties, context) {
    const name = String(properties.BucketName ?? generatedName(context, 63).toLowerCase());
    await context.s3.send(new CreateBucketCommand({ Bucket: name }));
    return {
      id: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
      },
    };
  },
  // Lifecycle, encryption and access rules change nothing here.
  update: async (_properties, _context, old) => old,
  async delete(made, { s3 }) {
    await s3.send(new DeleteBucketCommand({ Bucket: made.id }));
  },
};
