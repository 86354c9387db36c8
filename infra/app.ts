import { Annotations, App, RemovalPolicy, Stack } from "aws-cdk-lib";
import { stackNameOf } from "../shared/aws/stack-names.js";
import { IllegalArgumentError } from "../shared/errors/index.js";
import { describeProgram } from "./describe-program.js";
import { OUT_PREFIX } from "./resource-names.js";
import { StreamingApplication, type StreamingApplicationProps } from "./streaming-application.js";

/** What `-c name=value` may set, apart from `app`, the program's file, and `stack`, the name of the stack. */
const SETTINGS = {
  shards: Number,
  memory: Number,
  schedulerMemory: Number,
  slots: Number,
  parallelism: Number,
  dailyCost: Number,
  wakeUp: (text: string) => text === "true",
  traces: String,
  xray: (text: string) => text === "true",
  removal: removalPolicyOf,
} as const;

/**
 * The app behind `cdk.json`: one stack with one application, as context says. `npx cdk deploy -c app=examples/word-count.ts`.
 * Without a program it can be bootstrapped, and not deployed.
 *
 * @param context what the CDK's command line does not say.
 * @throws {IllegalArgumentError} when the program cannot be loaded, or a setting is impossible.
 *
 * @example
 * applicationApp({ app: "examples/word-count.ts", slots: "2", removal: "destroy" }).synth();
 */
export function applicationApp(context: Readonly<Record<string, unknown>> = {}): App {
  const app = new App({ context });
  const setting = (name: string): string | undefined => app.node.tryGetContext(name);
  const entry = setting("app");
  if (entry === undefined) return withoutProgram(app);
  const program = describeProgram(entry, { SLUICE_OUT: OUT_PREFIX });
  const stack = new Stack(app, setting("stack") ?? stackNameOf(program.name), {
    description: `${program.name}: a Sluice application`,
  });
  new StreamingApplication(stack, "Application", { entry, program, ...settings(setting) });
  return app;
}

/** `cdk bootstrap` needs no program, but an app with a stack, were it one that cannot be deployed. */
function withoutProgram(app: App): App {
  Annotations.of(new Stack(app, "sluice")).addError(
    "Which program? Give its file: npx cdk deploy -c app=examples/word-count.ts",
  );
  return app;
}

function settings(setting: (name: string) => string | undefined): Partial<StreamingApplicationProps> {
  const given = Object.entries(SETTINGS).flatMap(([name, parse]) => {
    const text = setting(name);
    return text === undefined ? [] : [[name === "removal" ? "removalPolicy" : name, parse(String(text))] as const];
  });
  return Object.fromEntries(given);
}

function removalPolicyOf(text: string): RemovalPolicy {
  if (text === "destroy") return RemovalPolicy.DESTROY;
  if (text === "retain") return RemovalPolicy.RETAIN;
  throw new IllegalArgumentError(`removal must be retain or destroy, not ${text}.`);
}
