/** Where tests deploy: emulators of their own, or whatever SLUICE_ENDPOINT names (LocalStack, with its variables set). */
import { CREDENTIALS, REGION } from "../emulators/account.js";
import { type EmulatedStack, type StackOptions, startStack } from "../emulators/stack.js";
import type { Endpoint } from "./deployment.js";

/** Every minute is every second. */
const SCHEDULE_SPEED = 60;

export interface Target extends Endpoint {
  /** Our own emulators; `undefined` on another endpoint, where nothing can be broken on purpose. */
  readonly stack: EmulatedStack | undefined;
  close(): Promise<void>;
}

/** Opens it, and tells the SDK in this process how to get there. */
export async function openTarget(options: StackOptions = {}): Promise<Target> {
  const given = process.env.SLUICE_ENDPOINT;
  if (given !== undefined) {
    const env = {
      AWS_ENDPOINT_URL: given,
      AWS_REGION: process.env.AWS_REGION ?? REGION,
      AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID ?? CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY ?? CREDENTIALS.secretAccessKey,
    };
    Object.assign(process.env, env);
    return { endpoint: given, env, stack: undefined, close: async () => {} };
  }
  return openEmulators(options);
}

/** Opens emulators of our own, wherever else tests are to deploy. */
export async function openEmulators(options: StackOptions = {}): Promise<Target & { readonly stack: EmulatedStack }> {
  const stack = await startStack({ scheduleSpeed: SCHEDULE_SPEED, ...options });
  Object.assign(process.env, stack.env);
  return { endpoint: stack.endpoint, env: stack.env, stack, close: () => stack.stop() };
}
