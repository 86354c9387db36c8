/**
 * LocalStack in docker, and what runs on it:
 *
 *   node scripts/localstack.mjs up                  starts it and waits until it is ready
 *   node scripts/localstack.mjs deploy [program]    deploys a program (default: examples/deployed-word-count.ts)
 *   node scripts/localstack.mjs test [jest options] runs the tests of the services and of the deployed stack on it
 *   node scripts/localstack.mjs down                stops it; nothing of it stays
 *
 * `deploy` and `test` take any endpoint that SLUICE_ENDPOINT names instead, for example a LocalStack that runs without docker.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBuilt, ensureInstalled } from "./ensure-built.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

const COMPOSE = ["compose", "--file", join(root, "docker", "localstack.compose.yml")];

/** Where the CDK's bootstrap of the endpoint goes: LocalStack knows one account. */
const ACCOUNT = "000000000000";
const REGION = process.env.AWS_REGION ?? "us-east-1";

/** By its address: by name, S3's clients would look for a host for each bucket. */
const endpoint = process.env.SLUICE_ENDPOINT ?? `http://127.0.0.1:${process.env.LOCALSTACK_PORT ?? 4566}`;

/** Nothing that leads to a real account. */
function environment() {
  const { AWS_PROFILE, AWS_SESSION_TOKEN, ...rest } = process.env;
  return {
    ...rest,
    SLUICE_ENDPOINT: endpoint,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
  };
}

/** Ends this process with what the command ends with, unless all is well. */
function run(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", env });
  if (status === 0) return;
  if (error !== undefined) console.error(`sluice: ${command} cannot be run: ${error.message}`);
  process.exit(status ?? 1);
}

const cdk = (...args) =>
  run(process.execPath, [join(root, "node_modules", "aws-cdk", "bin", "cdk"), ...args], environment());

const commands = {
  up() {
    // Newer images need a token, so who has one wants them.
    const version = process.env.LOCALSTACK_VERSION ?? (process.env.LOCALSTACK_AUTH_TOKEN ? "stable" : undefined);
    run("docker", [...COMPOSE, "up", "--detach", "--wait"], {
      ...process.env,
      ...(version && { LOCALSTACK_VERSION: version }),
    });
    console.error(`sluice: LocalStack is ready: ${endpoint}`);
  },
  deploy(program = "examples/deployed-word-count.ts", ...options) {
    ensureInstalled();
    ensureBuilt();
    cdk("bootstrap", `aws://${ACCOUNT}/${REGION}`, "--no-notices");
    cdk(
      "deploy",
      "--require-approval",
      "never",
      "--no-notices",
      "-c",
      `app=${program}`,
      "-c",
      "removal=destroy",
      ...options,
    );
  },
  test(...options) {
    ensureInstalled();
    ensureBuilt();
    run(
      process.execPath,
      [join(root, "node_modules", "jest", "bin", "jest.js"), "--selectProjects", "aws", ...options],
      environment(),
    );
  },
  down() {
    run("docker", [...COMPOSE, "down", "--volumes"]);
  },
};

const [name = "", ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command === undefined) {
  console.error(`sluice: node scripts/localstack.mjs ${Object.keys(commands).join(" | ")}`);
  process.exitCode = 2;
} else command(...args);
