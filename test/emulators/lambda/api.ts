/** The Lambda API's routes but for Invoke. https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html */
import type { Answer } from "../http-server.js";
import { aliasOf, type CodeRequest, configurationOf, type Json, type LoadCode, settingsOf } from "./configuration.js";
import { type Functions, type FunctionVersion, LambdaFunction } from "./functions.js";
import { invalid, LambdaError, notFound } from "./lambda-error.js";

export interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

interface World {
  readonly functions: Functions;
  readonly loadCode: LoadCode;
  /** Told when versions may have become unreachable. */
  readonly changed: () => void;
}

/** A request for one function; `rest` are the segments of the path behind its name. */
interface FunctionCall extends World {
  readonly owner: LambdaFunction;
  readonly qualifier: string | undefined;
  readonly json: Json;
  readonly rest: readonly string[];
}

type Route = (call: FunctionCall) => Answer | Promise<Answer>;

const ok = (body: unknown, status = 200): Answer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
const done: Answer = { status: 204 };

/** By method and what stands behind the function's name, `*` being any one segment. */
const routes: Readonly<Record<string, Route>> = {
  "GET ": ({ owner, qualifier }) =>
    ok({
      Configuration: configurationOf(owner.resolve(qualifier)),
      Code: { RepositoryType: "S3", Location: owner.resolve(qualifier).code.directory },
      Tags: owner.tags,
      ...(owner.reserved !== undefined && { Concurrency: { ReservedConcurrentExecutions: owner.reserved } }),
    }),
  "DELETE ": ({ functions, owner, qualifier, changed }) => {
    if (qualifier === undefined) functions.delete(owner.name);
    else owner.versions.delete(owner.resolve(qualifier).version);
    changed();
    return done;
  },
  "GET configuration": ({ owner, qualifier }) => ok(configurationOf(owner.resolve(qualifier))),
  "PUT configuration": ({ owner, json, changed }) => updated(owner.change(settingsOf(json, owner.latest)), changed),
  "PUT code": async ({ owner, json, loadCode, changed }) => {
    const version = owner.change({ code: await loadCode(json as CodeRequest) });
    return updated(json.Publish === true ? owner.publish() : version, changed);
  },

  "GET versions": ({ owner }) => ok({ Versions: [owner.latest, ...owner.versions.values()].map(configurationOf) }),
  "POST versions": ({ owner, json }) => {
    const { CodeSha256, Description } = json as { CodeSha256?: string; Description?: string };
    if (CodeSha256 !== undefined && CodeSha256 !== owner.latest.code.sha256) {
      throw invalid(`CodeSHA256 (${CodeSha256}) is different from current CodeSHA256 in $LATEST.`);
    }
    return ok(configurationOf(owner.publish(Description)), 201);
  },

  "GET aliases": ({ owner }) => ok({ Aliases: [...owner.aliases.keys()].map((name) => aliasOf(owner, name)) }),
  "POST aliases": ({ owner, json }) => {
    const name = String(json.Name);
    if (owner.aliases.has(name)) {
      throw new LambdaError(409, "ResourceConflictException", `Alias already exists: ${owner.arn}:${name}`);
    }
    return setAlias(owner, name, json, 201);
  },
  "GET aliases/*": ({ owner, rest }) => ok(aliasOf(owner, existingAlias(owner, rest[1]))),
  "PUT aliases/*": ({ owner, rest, json }) => setAlias(owner, existingAlias(owner, rest[1]), json, 200),
  "DELETE aliases/*": ({ owner, rest }) => {
    owner.aliases.delete(rest[1] ?? "");
    return done;
  },

  "GET concurrency": ({ owner }) =>
    ok(owner.reserved === undefined ? {} : { ReservedConcurrentExecutions: owner.reserved }),
  "PUT concurrency": ({ owner, json }) => {
    owner.reserved = Number(json.ReservedConcurrentExecutions);
    return ok({ ReservedConcurrentExecutions: owner.reserved });
  },
  "DELETE concurrency": ({ owner }) => {
    owner.reserved = undefined;
    return done;
  },

  "PUT event-invoke-config": setEventSettings,
  "POST event-invoke-config": setEventSettings,
  "GET event-invoke-config": ({ owner }) => ok(eventSettings(owner)),
  "DELETE event-invoke-config": ({ owner }) => {
    owner.event = { retries: 2, maxAgeSeconds: 6 * 3600 };
    return done;
  },

  "PUT recursion-config": ({ owner, json }) => {
    owner.recursiveLoop = String(json.RecursiveLoop);
    return ok({ RecursiveLoop: owner.recursiveLoop });
  },
  "GET recursion-config": ({ owner }) => ok({ RecursiveLoop: owner.recursiveLoop }),

  "POST policy": ({ owner, json }) => {
    owner.statements.set(String(json.StatementId), json);
    return ok({ Statement: JSON.stringify(json) }, 201);
  },
  "GET policy": ({ owner }) => {
    if (owner.statements.size === 0) throw notFound("The resource you requested does not exist.");
    const Statement = [...owner.statements.values()];
    return ok({ Policy: JSON.stringify({ Version: "2012-10-17", Id: "default", Statement }) });
  },
  "DELETE policy/*": ({ owner, rest }) => {
    owner.statements.delete(rest[1] ?? "");
    return done;
  },
};

/** Lists and creates functions. */
export async function answerFunctions({ method, body }: ApiRequest, world: World): Promise<Answer> {
  const { functions, loadCode } = world;
  if (method === "GET") return ok({ Functions: functions.all().map(({ latest }) => configurationOf(latest)) });
  if (method !== "POST") throw unknown(method);
  const json = parsed(body);
  const code = await loadCode((json.Code ?? {}) as CodeRequest);
  const added = new LambdaFunction(
    String(json.FunctionName),
    settingsOf(json),
    code,
    json.Tags as Readonly<Record<string, string>> | undefined,
  );
  functions.add(added);
  return ok(configurationOf(json.Publish === true ? added.publish() : added.latest), 201);
}

/** Everything about one function. @param qualifier Of the name or of the query. */
export async function answerFunction(
  { method, body }: ApiRequest,
  world: World,
  owner: LambdaFunction,
  qualifier: string | undefined,
  rest: readonly string[],
): Promise<Answer> {
  const path = rest.map((segment, index) => (index === 0 ? segment : "*")).join("/");
  const route = routes[`${method} ${path}`];
  if (route === undefined) throw unknown(`${method} ${path}`);
  return route({ ...world, owner, qualifier, json: parsed(body), rest });
}

function parsed(body: Buffer): Json {
  return body.length === 0 ? {} : (JSON.parse(body.toString()) as Json);
}

function unknown(what: string): LambdaError {
  return new LambdaError(404, "UnknownOperationException", `There is no ${what} here.`);
}

function updated(version: FunctionVersion, changed: () => void): Answer {
  changed();
  return ok(configurationOf(version));
}

function existingAlias(owner: LambdaFunction, name = ""): string {
  if (!owner.aliases.has(name)) throw notFound(`Cannot find alias arn: ${owner.arn}:${name}`);
  return name;
}

function setAlias(owner: LambdaFunction, name: string, json: Json, status: number): Answer {
  const before = owner.aliases.get(name);
  const version = String(json.FunctionVersion ?? before?.version);
  owner.resolve(version);
  owner.aliases.set(name, { version, description: String(json.Description ?? before?.description ?? "") });
  return ok(aliasOf(owner, name), status);
}

function setEventSettings({ owner, json }: FunctionCall): Answer {
  owner.event = {
    retries: Number(json.MaximumRetryAttempts ?? owner.event.retries),
    maxAgeSeconds: Number(json.MaximumEventAgeInSeconds ?? owner.event.maxAgeSeconds),
  };
  return ok(eventSettings(owner));
}

function eventSettings({ arn, event }: LambdaFunction): Json {
  return {
    FunctionArn: `${arn}:$LATEST`,
    MaximumRetryAttempts: event.retries,
    MaximumEventAgeInSeconds: event.maxAgeSeconds,
  };
}
