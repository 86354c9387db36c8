/** The CDK's own command line on this checkout, without a network. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "..", "..");
const cdk = join(root, "node_modules", "aws-cdk", "bin", "cdk");
const folder = mkdtempSync(join(tmpdir(), "sluice-synth-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Every way out leads to a port where nobody listens. */
const OFFLINE = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_ACCESS_KEY_ID: "",
  AWS_SECRET_ACCESS_KEY: "",
  CDK_DISABLE_CLI_TELEMETRY: "true",
  NO_COLOR: "1",
};

function synth(name: string, context: readonly string[]) {
  const output = join(folder, name);
  const args = [cdk, "synth", "--quiet", "--output", output, ...context.flatMap((setting) => ["-c", setting])];
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...OFFLINE },
    encoding: "utf8",
  });
  return { status, stderr, output };
}

describe("npx cdk synth", () => {
  it("makes template and upload of an example, in no network and with no account", () => {
    const { status, stderr, output } = synth("word-count", [
      "app=examples/word-count.ts",
      "slots=2",
      "removal=destroy",
    ]);
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    const template = JSON.parse(readFileSync(join(output, "sluice-word-count.template.json"), "utf8"));
    const resources = Object.values(template.Resources) as {
      readonly Type: string;
      readonly DeletionPolicy?: string;
    }[];
    const count = (type: string): number => resources.filter(({ Type }) => Type === type).length;
    // Scheduler, executor and slots; and what empties the bucket when it goes.
    expect(count("AWS::Lambda::Function")).toBe(1 + 1 + 2 + 1);
    expect(count("AWS::CDK::Metadata")).toBe(0);
    expect(resources.find(({ Type }) => Type === "AWS::DynamoDB::Table")?.DeletionPolicy).toBe("Delete");
    const [asset] = readdirSync(output).filter((file) => {
      return file.startsWith("asset.") && readdirSync(join(output, file)).includes("index.mjs");
    });
    expect(readdirSync(join(output, `${asset}`))).toEqual(expect.arrayContaining(["code-version", "index.mjs"]));
  }, 60_000);

  it.each([
    [[], "Which program? Give its file: npx cdk deploy -c app=examples/word-count.ts"],
    [["app=examples/no.ts"], "There is no file examples/no.ts"],
    [["app=examples/word-count.ts", "slots=many"], "sluice: slots must be a whole number from 0 to 32, not NaN."],
    [["app=examples/word-count.ts", "removal=maybe"], "sluice: removal must be retain or destroy, not maybe."],
  ])(
    "says what is wrong with %j",
    (context, message) => {
      const { status, stderr } = synth("wrong", context);
      expect(stderr).toContain(message);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(status).toBe(1);
    },
    60_000,
  );
});
