import { Command } from "commander";
import { stackNameOf } from "../../shared/aws/stack-names.js";
import { loadProgram } from "../../shared/local/index.js";
import { describeGraph } from "../../shared/plan/index.js";
import { StreamingContext } from "../../shared/streaming/index.js";
import { applicationText, nextSteps } from "../deployed/after-deploy.js";
import { runCdk } from "../deployed/cdk.js";
import { healthOf } from "../deployed/health.js";
import { type PlaceOptions, placeArguments, withPlace } from "../deployed/place.js";
import { settingsIn, withSettings } from "../deployed/settings.js";
import { reach, withApplication } from "../deployed/target.js";

const AFTER_HELP = `
Makes a stack of the program by the AWS CDK: functions, streams, table, bucket, schedule, alarms. The application runs as
soon as it is deployed. Deploying again brings the stack to what the program and the options say; state, positions and owed
outputs carry over. In an account and region where the CDK has never been used, first: npx cdk bootstrap

Standard output has what was made. For stacks of your own there is the construct: docs/deploy.md.

Examples:
  sluice deploy examples/kinesis-word-count.ts
  sluice deploy src/app.ts --stack app-staging --shards 4 --parallelism 32 --region eu-west-1
  sluice deploy src/app.ts --endpoint http://127.0.0.1:4566 --removal destroy`;

interface DeployOptions extends PlaceOptions {
  readonly stack?: string;
  readonly approve?: boolean;
}

export function deployCommand(): Command {
  return withSettings(withPlace(new Command("deploy")))
    .summary("deploy a program to AWS")
    .description("Deploys a program to AWS, or brings what is deployed up to date.")
    .argument("<program>", "file that default-exports streamingApp(...)")
    .option("--stack <name>", "name of the stack (default: sluice-<name of the application>)")
    .option("--approve", "ask before rights are widened")
    .addHelpText("after", AFTER_HELP)
    .action(deploy);
}

async function deploy(program: string, options: DeployOptions): Promise<void> {
  const { app } = await loadProgram(program);
  const ssc = new StreamingContext(app);
  app.build(ssc);
  const description = describeGraph(ssc.graph, app.options);
  const stack = options.stack ?? stackNameOf(app.name);
  reach("deploy", options);
  const approval = options.approve === true ? "broadening" : "never";
  const context = { ...settingsIn({ ...options }), app: program, stack };
  await runCdk("deploy", context, ["--require-approval", approval]);
  const wanted = { ...options, stack, application: app.name };
  await withApplication("deploy", undefined, wanted, async (session, application) => {
    const { head, manifest } = await session.progress();
    const health = healthOf(head, manifest, session.clock.now());
    process.stdout.write(`${applicationText(application)}\n`);
    process.stderr.write(`${nextSteps(program, description, application, placeArguments(options), health)}\n`);
  });
}
