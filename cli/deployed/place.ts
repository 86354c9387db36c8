/** Where a deployment is: an account and region of AWS, or an endpoint that plays them. */
import type { Command } from "commander";
import { parseUrl } from "../arguments.js";

export interface PlaceOptions {
  readonly endpoint?: string;
  readonly region?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What emulators take when nobody says otherwise. */
const EMULATED: Variables = { AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
const EMULATED_REGION = "us-east-1";

/** Adds the options that say where. */
export function withPlace(command: Command): Command {
  return command
    .option("--endpoint <url>", "emulator or gateway that all services are reached at (default: AWS itself)", parseUrl)
    .option("--region <region>", "region (default: as the AWS tools find it)");
}

/** From here on the SDK in this process, and every process that it starts, goes there. */
export function goTo(options: PlaceOptions): void {
  for (const [name, value] of Object.entries(placeVariables(options, process.env))) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** The environment variables that have to change; `undefined` for those that must not be there. */
export function placeVariables({ endpoint, region }: PlaceOptions, env: Variables): Variables {
  const regions = region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region };
  if (endpoint === undefined) return regions;
  // An endpoint of one service would go before that of all.
  const others = Object.keys(env).filter((name) => name.startsWith("AWS_ENDPOINT_URL_"));
  return {
    ...Object.fromEntries(others.map((name) => [name, undefined])),
    AWS_ENDPOINT_URL: endpoint,
    ...(isThisMachine(endpoint) ? emulated(env) : {}),
    ...regions,
  };
}

/** An emulator on this machine asks for credentials and a region, and does not mind which. */
function emulated(env: Variables): Variables {
  const hasCredentials = env.AWS_ACCESS_KEY_ID !== undefined || env.AWS_PROFILE !== undefined;
  const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? EMULATED_REGION;
  return { ...(hasCredentials ? {} : EMULATED), AWS_REGION: region, AWS_DEFAULT_REGION: region };
}

function isThisMachine(endpoint: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(new URL(endpoint).hostname);
}

/** The options again, for commands that are shown to be copied. */
export function placeArguments({ endpoint, region }: PlaceOptions): string {
  return [endpoint && ` --endpoint ${endpoint}`, region && ` --region ${region}`].filter(Boolean).join("");
}
