/** What functions there are: their versions, aliases and settings. */
import { createHash, randomUUID } from "node:crypto";
import { LambdaError, notFound } from "./lambda-error.js";

export const REGION = "us-east-1";
export const ACCOUNT = "000000000000";

/** Where the code lies, unpacked. */
export interface Code {
  readonly directory: string;
  readonly sha256: string;
  /** Bytes of the archive. */
  readonly size: number;
}

export interface FunctionSettings {
  readonly handler: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Told again, not acted upon: runtime, role, description, architectures, ... */
  readonly others: Readonly<Record<string, unknown>>;
}

/** What an environment runs: the code and the settings of one version, which never change. */
export interface FunctionVersion extends FunctionSettings {
  readonly functionName: string;
  /** `$LATEST`, `1`, `2`, ... */
  readonly version: string;
  readonly code: Code;
  readonly modified: string;
  readonly revision: string;
}

export interface EventSettings {
  readonly retries: number;
  readonly maxAgeSeconds: number;
}

export class LambdaFunction {
  latest: FunctionVersion;
  readonly versions = new Map<string, FunctionVersion>();
  readonly aliases = new Map<string, { readonly version: string; readonly description: string }>();
  /** At most so many at a time; `undefined`: what the account has left. */
  reserved: number | undefined;
  event: EventSettings = { retries: 2, maxAgeSeconds: 6 * 3600 };
  recursiveLoop = "Terminate";
  readonly statements = new Map<string, unknown>();
  tags: Readonly<Record<string, string>>;
  #published = 0;

  constructor(
    readonly name: string,
    settings: FunctionSettings,
    code: Code,
    tags: Readonly<Record<string, string>> = {},
  ) {
    this.latest = stamped({ ...settings, functionName: name, version: "$LATEST", code });
    this.tags = tags;
  }

  get arn(): string {
    return `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${this.name}`;
  }

  change(change: Partial<FunctionSettings> & { readonly code?: Code }): FunctionVersion {
    this.latest = stamped({ ...this.latest, ...change });
    return this.latest;
  }

  /** The same version again when nothing has changed since the last one. */
  publish(description?: string): FunctionVersion {
    const last = this.versions.get(String(this.#published));
    if (last !== undefined && contentOf(last) === contentOf(this.latest)) return last;
    this.#published += 1;
    const version = String(this.#published);
    const others = { ...this.latest.others, ...(description && { Description: description }) };
    const published = stamped({ ...this.latest, others, version });
    this.versions.set(version, published);
    return published;
  }

  /** @param qualifier A version or an alias; none: `$LATEST`. */
  resolve(qualifier: string | undefined): FunctionVersion {
    if (qualifier === undefined || qualifier === "" || qualifier === "$LATEST") return this.latest;
    const version = this.versions.get(this.aliases.get(qualifier)?.version ?? qualifier);
    if (version === undefined) throw notFound(`Function not found: ${this.arn}:${qualifier}`);
    return version;
  }
}

export class Functions {
  readonly #functions = new Map<string, LambdaFunction>();

  all(): readonly LambdaFunction[] {
    return [...this.#functions.values()];
  }

  add(added: LambdaFunction): void {
    if (this.#functions.has(added.name)) {
      throw new LambdaError(409, "ResourceConflictException", `Function already exist: ${added.name}`);
    }
    this.#functions.set(added.name, added);
  }

  get(name: string): LambdaFunction {
    const found = this.#functions.get(name);
    if (found === undefined) {
      throw notFound(`Function not found: arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`);
    }
    return found;
  }

  delete(name: string): void {
    this.#functions.delete(this.get(name).name);
  }
}

/** Takes apart `name`, `name:qualifier`, `account:function:name` and whole ARNs. */
export function parseName(text: string): { readonly name: string; readonly qualifier?: string } {
  const [, name = "", qualifier] =
    /^(?:.*:)?function:([^:]+)(?::([^:]+))?$/.exec(text) ?? /^([^:]+)(?::([^:]+))?$/.exec(text) ?? [];
  return { name, ...(qualifier !== undefined && { qualifier }) };
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

function stamped(version: Omit<FunctionVersion, "modified" | "revision">): FunctionVersion {
  return { ...version, modified: new Date().toISOString().replace("Z", "+0000"), revision: randomUUID() };
}

function contentOf({ code, handler, timeoutSeconds, memoryMegabytes, variables }: FunctionVersion): string {
  return JSON.stringify([code.sha256, code.directory, handler, timeoutSeconds, memoryMegabytes, variables]);
}
