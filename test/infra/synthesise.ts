/** Stacks of the examples, made without bundling: what a template says does not depend on the code it carries. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { StreamingApplication, type StreamingApplicationProps } from "../../infra/index.js";
import { describeGraph, type ProgramDescription } from "../../shared/plan/index.js";
import { type StreamingApp, StreamingContext } from "../../shared/streaming/index.js";

const examples = join(__dirname, "..", "..", "examples");

/** An example's program, by the name of its file. */
export function example(name: string): StreamingApp {
  return (require(join(examples, `${name}.ts`)) as { readonly default: StreamingApp }).default;
}

/** Names of all examples. */
export const EXAMPLES: readonly string[] = readdirSync(examples).flatMap((file) => file.match(/^(.*)\.ts$/)?.[1] ?? []);

const folder = mkdtempSync(join(tmpdir(), "sluice-infra-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A bundle as far as infrastructure can see. */
export function bundleOf(code = "export const scheduler = 1, executor = 2;"): {
  directory: string;
  codeVersion: string;
} {
  const directory = mkdtempSync(join(folder, "code-"));
  writeFileSync(join(directory, "index.mjs"), code);
  return { directory, codeVersion: `version of ${code.length}` };
}

export function describeApp(app: StreamingApp): ProgramDescription {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  // As it comes from the command line.
  return JSON.parse(JSON.stringify(describeGraph(ssc.graph, app.options))) as ProgramDescription;
}

export interface Synthesised {
  readonly app: App;
  readonly stack: Stack;
  readonly application: StreamingApplication;
  /** Made when it is asked for: from then on the constructs must not change. */
  readonly template: Template;
}

type Settings = Omit<StreamingApplicationProps, "entry">;

/** Properties of the application; what of them is made in the stack is made by a function. */
export type Props = Settings | ((stack: Stack) => Settings);

/** A stack with one application. */
export function synthesise(program: StreamingApp, props: Props = {}): Synthesised {
  const app = new App({ outdir: mkdtempSync(join(folder, "out-")) });
  const stack = new Stack(app, "Test");
  const application = new StreamingApplication(stack, "Application", {
    entry: `${program.name}.ts`,
    program: describeApp(program),
    bundle: bundleOf(),
    ...(typeof props === "function" ? props(stack) : props),
  });
  return {
    app,
    stack,
    application,
    get template() {
      return Template.fromStack(stack);
    },
  };
}

/** A resource of a template. */
export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

export function resourcesOf(template: Template): Readonly<Record<string, Resource>> {
  return template.toJSON().Resources as Record<string, Resource>;
}

/** All values in a JSON document, parents before children. */
export function* valuesIn(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value === "object" && value !== null) for (const child of Object.values(value)) yield* valuesIn(child);
}
