/** Deployed applications, as the outputs of their stacks tell. */
import { DeploymentError, IllegalArgumentError } from "../../shared/errors/index.js";

export interface DeployedApplication {
  readonly stack: string;
  /** Name of the application, as its program says. */
  readonly name: string;
  /** The function that makes batches, with its alias. */
  readonly scheduler: string;
  readonly table: string;
  readonly bucket: string;
  /** Stream name in the program → real stream name. */
  readonly streams: Readonly<Record<string, string>>;
}

/** A stack, as CloudFormation describes it. */
export interface StackOutputs {
  readonly StackName?: string | undefined;
  readonly Outputs?:
    | readonly { readonly OutputKey?: string | undefined; readonly OutputValue?: string | undefined }[]
    | undefined;
}

/** The output that every application has one of, behind the name of its construct. */
const NAME = /^(.*)Application$/;

/** The applications of a stack: one for each `StreamingApplication` in it. */
export function applicationsIn({ StackName = "", Outputs = [] }: StackOutputs): readonly DeployedApplication[] {
  const outputs = new Map(Outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
  return [...outputs].flatMap(([key, name]) => {
    const prefix = NAME.exec(key)?.[1];
    const of = (output: string): string | undefined => outputs.get(`${prefix}${output}`);
    const [scheduler, table, bucket, streams] = [of("Scheduler"), of("Table"), of("Bucket"), of("Streams")];
    if (!scheduler || !table || !bucket || streams === undefined) return [];
    return [
      { stack: StackName, name, scheduler, table, bucket, streams: JSON.parse(streams) as Record<string, string> },
    ];
  });
}

export interface Wanted {
  readonly stack?: string;
  /** Name of the application. */
  readonly application?: string;
}

/**
 * The one that is meant.
 * @throws {DeploymentError} when there is none.
 * @throws {IllegalArgumentError} when there are several.
 */
export function pickApplication(
  found: readonly DeployedApplication[],
  { stack, application }: Wanted,
): DeployedApplication {
  const matching = found.filter(({ name }) => application === undefined || name === application);
  const [first, ...others] = matching;
  if (first !== undefined && others.length === 0) return first;
  const place = stack === undefined ? "in this account and region" : `in stack ${stack}`;
  const what = application === undefined ? "application of Sluice" : `application "${application}"`;
  const list = (some: readonly DeployedApplication[]): string =>
    some.map((one) => `--stack ${one.stack} --application ${one.name}`).join("\n  ");
  if (first !== undefined) throw new IllegalArgumentError(`There are several. Say which one:\n  ${list(matching)}`);
  throw new DeploymentError(
    `There is no ${what} ${place}.${found.length === 0 ? "" : ` There is:\n  ${list(found)}`}`,
    { stack, application },
  );
}
