/** Functions as the API describes them, in both directions. */
import {
  ACCOUNT,
  type Code,
  type FunctionSettings,
  type FunctionVersion,
  type LambdaFunction,
  REGION,
} from "./functions.js";
import { invalid } from "./lambda-error.js";

/** A request's JSON. */
export type Json = Readonly<Record<string, unknown>>;

/** What a request says, the rest as it was or as AWS would have it. */
export function settingsOf(json: Json, before?: FunctionSettings): FunctionSettings {
  const { Handler, Timeout, MemorySize, Environment, ...rest } = json;
  const told = ["Runtime", "Role", "Description", "Architectures", "Layers", "TracingConfig", "LoggingConfig"];
  const others = Object.fromEntries(told.flatMap((name) => (name in rest ? [[name, rest[name]]] : [])));
  const timeoutSeconds = Number(Timeout ?? before?.timeoutSeconds ?? 3);
  if (timeoutSeconds < 1 || timeoutSeconds > 900) throw invalid("Timeout must be between 1 and 900 seconds.");
  const memoryMegabytes = Number(MemorySize ?? before?.memoryMegabytes ?? 128);
  if (memoryMegabytes < 128 || memoryMegabytes > 10_240) throw invalid("MemorySize must be between 128 and 10240 MB.");
  const variables = (Environment as { readonly Variables?: Record<string, string> } | undefined)?.Variables;
  return {
    handler: String(Handler ?? before?.handler ?? "index.handler"),
    timeoutSeconds,
    memoryMegabytes,
    variables: variables ?? before?.variables ?? {},
    others: { ...before?.others, ...others },
  };
}

export function configurationOf(version: FunctionVersion): Json {
  const qualifier = version.version === "$LATEST" ? "" : `:${version.version}`;
  return {
    Runtime: "nodejs22.x",
    Architectures: ["arm64"],
    ...version.others,
    FunctionName: version.functionName,
    FunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${version.functionName}${qualifier}`,
    Handler: version.handler,
    CodeSize: version.code.size,
    CodeSha256: version.code.sha256,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMegabytes,
    ...(Object.keys(version.variables).length > 0 && { Environment: { Variables: version.variables } }),
    LastModified: version.modified,
    RevisionId: version.revision,
    Version: version.version,
    PackageType: "Zip",
    State: "Active",
    LastUpdateStatus: "Successful",
  };
}

export function aliasOf(owner: LambdaFunction, name: string): Json {
  const { version, description } = owner.aliases.get(name) ?? { version: "", description: "" };
  return { AliasArn: `${owner.arn}:${name}`, Name: name, FunctionVersion: version, Description: description };
}

/** What a request's `Code`, or an UpdateFunctionCode, brings. */
export interface CodeRequest {
  readonly ZipFile?: string;
  readonly S3Bucket?: string;
  readonly S3Key?: string;
}

export type LoadCode = (request: CodeRequest) => Promise<Code>;
