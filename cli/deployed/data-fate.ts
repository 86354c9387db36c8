/** What becomes of an application's data when its stack is deleted. */
import type { DeployedApplication } from "./application.js";

export interface DataFate {
  /** `table`, `bucket`, or a stream by its name in the program. */
  readonly what: string;
  readonly name: string;
  /** Undefined when the stack does not say. */
  readonly removed: boolean | undefined;
}

export interface StackTemplate {
  readonly Resources?: Readonly<Record<string, { readonly DeletionPolicy?: string } | undefined>>;
}

/** @param logicalIds of the stack's resources, by their real names. */
export function dataFates(
  { table, bucket, streams }: Pick<DeployedApplication, "table" | "bucket" | "streams">,
  template: StackTemplate,
  logicalIds: ReadonlyMap<string, string>,
): readonly DataFate[] {
  const data = [
    ["table", table],
    ["bucket", bucket],
    ...Object.entries(streams).map(([logical, real]) => [`stream ${logical}`, real]),
  ];
  return data.map(([what = "", name = ""]) => ({ what, name, removed: isRemoved(logicalIds.get(name), template) }));
}

/** What is not of the stack is somebody else's, and stays. */
function isRemoved(logicalId: string | undefined, { Resources }: StackTemplate): boolean | undefined {
  if (logicalId === undefined) return false;
  const resource = Resources?.[logicalId];
  return resource && !(resource.DeletionPolicy ?? "Delete").startsWith("Retain");
}

/** What to tell somebody who is about to do it. */
export function formatFates(fates: readonly DataFate[]): string {
  return fates
    .map(({ what, name, removed }) => {
      const fate =
        removed === undefined ? "as the stack's template says" : removed ? "REMOVED, with all that is in it" : "kept";
      return `  ${`${what} ${name}`.padEnd(60)}  ${fate}`;
    })
    .join("\n");
}
