import { type AwsClientOptions, awsClients } from "../../shared/aws/index.js";

const configOf = async (options?: AwsClientOptions) => {
  const { kinesis, s3, dynamodb, lambda } = awsClients({ region: "eu-west-1", ...options });
  const attempts = (client: { readonly config: { maxAttempts: () => Promise<number>; retryMode: unknown } }) =>
    client.config.maxAttempts();
  return {
    attempts: await Promise.all([kinesis, s3, dynamodb, lambda].map(attempts)),
    pathStyle: s3.config.forcePathStyle,
    protocols: [kinesis, s3, dynamodb, lambda].map(({ config }) => config.requestHandler.metadata?.handlerProtocol),
    region: await s3.config.region(),
  };
};

describe("the clients", () => {
  const names = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"] as const;
  const environment = { ...process.env };
  beforeEach(() => {
    for (const name of names) delete process.env[name];
  });
  afterAll(() => {
    process.env = environment;
  });

  it("never invoke a function twice, and try everything else again", async () => {
    expect((await configOf()).attempts).toEqual([5, 5, 5, 1]);
  });

  it("all speak HTTP/1.1", async () => {
    expect(new Set((await configOf()).protocols)).toEqual(new Set(["http/1.1"]));
  });

  it("put the bucket into the path only where an endpoint is given, by option or environment", async () => {
    expect((await configOf()).pathStyle).toBe(false);
    expect((await configOf({ endpoint: "http://127.0.0.1:4566" })).pathStyle).toBe(true);
    for (const name of names) {
      process.env[name] = "http://127.0.0.1:4566";
      expect((await configOf()).pathStyle).toBe(true);
      delete process.env[name];
    }
  });

  it("are in the region that is asked for", async () => {
    expect((await configOf()).region).toBe("eu-west-1");
  });
});
