/** docker/localstack.compose.yml is what docker compose takes. Its schema, without its prose, is that of compose-spec (Apache-2.0). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { schemaErrors } from "../support/json-schema.js";
import composeSpec from "./compose-spec.json" with { type: "json" };

const root = join(__dirname, "..", "..");
const compose = load(readFileSync(join(root, "docker", "localstack.compose.yml"), "utf8")) as {
  readonly services: { readonly localstack: { readonly image: string; readonly ports: readonly string[] } };
};

describe("docker/localstack.compose.yml", () => {
  it("fits the schema", () => {
    expect(schemaErrors(compose, composeSpec)).toEqual([]);
  });

  it.each([
    [{ ...compose, service: {} }, "/service: nothing may be here"],
    [
      { services: { localstack: { ...compose.services.localstack, image: 4 } } },
      "/services/localstack/image: not of type string",
    ],
    [{ services: { localstack: { port: ["1:1"] } } }, "/services/localstack/port: nothing may be here"],
    [
      { services: { localstack: { healthcheck: { retries: true } } } },
      "/services/localstack/healthcheck/retries: not of type number,string",
    ],
  ])("would not with a mistake (%#)", (wrong, error) => {
    expect(schemaErrors(wrong, composeSpec)).toContain(error);
  });

  it("pins the last image that needs no token, and lets it be replaced", () => {
    expect(compose.services.localstack.image).toBe(`localstack/localstack:\${LOCALSTACK_VERSION:-4.14.0}`);
  });

  it("is open to this machine only", () => {
    for (const port of compose.services.localstack.ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});
