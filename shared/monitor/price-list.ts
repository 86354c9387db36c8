/** What AWS asks for, where and since when it says so: list prices of us-east-1 without free tiers. */

/** A price, with all it takes to check it. */
export interface Price {
  /** US dollars for one unit. */
  readonly dollars: number;
  readonly unit: string;
  /** Year and month when it was looked up. */
  readonly asOf: string;
  readonly source: string;
}

const LAMBDA = { asOf: "2026-10", source: "https://aws.amazon.com/lambda/pricing/" };
const S3 = { asOf: "2026-10", source: "https://aws.amazon.com/s3/pricing/" };
const DYNAMODB = { asOf: "2026-09", source: "https://aws.amazon.com/dynamodb/pricing/on-demand/" };
const KINESIS = { asOf: "2026-10", source: "https://aws.amazon.com/kinesis/data-streams/pricing/" };

/** By what is bought. */
export const PRICES = {
  lambdaInvocation: { dollars: 0.2e-6, unit: "request", ...LAMBDA },
  lambdaGigabyteSecond: { dollars: 0.0000133334, unit: "GB of memory for a second, arm64, first tier", ...LAMBDA },
  s3Write: { dollars: 5e-6, unit: "PUT, COPY, POST or LIST, S3 Standard", ...S3 },
  s3Read: { dollars: 0.4e-6, unit: "GET or any other request but DELETE, S3 Standard", ...S3 },
  dynamoDbWriteUnit: { dollars: 0.625e-6, unit: "write of up to 1 KB, on demand", ...DYNAMODB },
  dynamoDbReadUnit: { dollars: 0.125e-6, unit: "strongly consistent read of up to 4 KB, on demand", ...DYNAMODB },
  kinesisShardHour: { dollars: 0.015, unit: "shard for an hour, provisioned", ...KINESIS },
  kinesisPutUnit: { dollars: 0.014e-6, unit: "25 KB put, or what is left of them, of one record", ...KINESIS },
} as const satisfies Readonly<Record<string, Price>>;
