import { parseUrl } from "../../../cli/arguments.js";
import { placeArguments, placeVariables } from "../../../cli/deployed/place.js";

describe("placeVariables", () => {
  it("changes nothing when nothing is said", () => {
    expect(placeVariables({}, { AWS_REGION: "eu-west-1" })).toEqual({});
  });

  it("sets the region for the SDK and for the CDK", () => {
    expect(placeVariables({ region: "eu-west-1" }, {})).toEqual({
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
    });
  });

  it("gives an emulator on this machine what it asks for, unless it is there", () => {
    const endpoint = "http://127.0.0.1:4566";
    expect(placeVariables({ endpoint }, {})).toEqual({
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
    });
    const given = placeVariables({ endpoint, region: "eu-west-1" }, { AWS_PROFILE: "me", AWS_REGION: "us-west-2" });
    expect(given).toEqual({ AWS_ENDPOINT_URL: endpoint, AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-1" });
  });

  it("makes up no credentials for an endpoint elsewhere", () => {
    const endpoint = "https://aws.example.com";
    expect(placeVariables({ endpoint }, {})).toEqual({ AWS_ENDPOINT_URL: endpoint });
  });

  it("lets no endpoint of one service go before that of all", () => {
    const changes = placeVariables({ endpoint: "https://aws.example.com" }, { AWS_ENDPOINT_URL_S3: "http://s3" });
    expect(changes).toHaveProperty("AWS_ENDPOINT_URL_S3", undefined);
  });
});

describe("parseUrl", () => {
  it.each([
    ["http://127.0.0.1:4566", "http://127.0.0.1:4566"],
    ["http://127.0.0.1:4566/", "http://127.0.0.1:4566"],
    ["http://localhost:4566", "http://127.0.0.1:4566"],
    ["https://aws.example.com", "https://aws.example.com"],
  ])("takes %s", (text, url) => {
    expect(parseUrl(text)).toBe(url);
  });

  it.each(["127.0.0.1:4566", "localhost", "ftp://a", "http://", ""])("refuses %j", (text) => {
    expect(() => parseUrl(text)).toThrow("Endpoints look like http://127.0.0.1:4566.");
  });
});

describe("placeArguments", () => {
  it("repeats the options, to be put behind others", () => {
    expect(placeArguments({})).toBe("");
    expect(placeArguments({ endpoint: "http://a", region: "b" })).toBe(" --endpoint http://a --region b");
  });
});
