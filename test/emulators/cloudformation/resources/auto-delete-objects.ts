import { DeleteObjectsCommand, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { generatedName, type ResourceKind } from "../resource-kind.js";

/**
 * Custom::S3AutoDeleteObjects of the CDK: empties a bucket before it is deleted. The CDK's own function for it answers to
 * CloudFormation by HTTPS only, so what it does is done here.
 */
export const autoDeleteObjects: ResourceKind = {
  create: async (_properties, context) => ({ id: generatedName(context), attributes: {} }),
  update: async (_properties, _context, old) => old,
  async delete(_made, { s3 }, properties) {
    const Bucket = String(properties.BucketName);
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket })) {
      const Objects = Contents.map(({ Key }) => ({ Key: Key as string }));
      if (Objects.length > 0) await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    }
  },
};
