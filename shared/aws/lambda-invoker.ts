import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { decode } from "../codec/index.js";
import { CorruptDataError } from "../errors/index.js";
import { type ExecutorRequest, encodeRequest } from "../executor/index.js";
import type { BlockStore, Ids, Invoker, Target } from "../ports/index.js";
import { functionError, invokeError } from "./function-errors.js";
import { objectOf, packPayload, unpackPayload } from "./payload.js";

export interface LambdaInvokerOptions {
  /** Name or ARN of the executor function, best with a version or alias: the code must not change under a running batch. */
  readonly functionName: string;
  /** Functions with the same code for tasks with state: slot `s` goes to `slots[s % slots.length]`. Empty: all go to `functionName`. */
  readonly slots: readonly string[];
  /** How many invocations are to run at a time. */
  readonly parallelism: number;
  /** Where messages go that are too large for a payload. */
  readonly blocks: BlockStore;
  readonly ids: Ids;
  /** First part of their names, without a slash at its end, such as `job-counts/sh/invoke`. */
  readonly prefix: string;
  /** An executor in this process, for work that is marked so. Default: none, and such work goes to `functionName`. */
  readonly inPlace?: Invoker;
}

/**
 * Executors as Lambda functions, called synchronously: the reply comes back on the same connection, and Lambda itself never
 * repeats the call. The client must not repeat it either (`maxAttempts: 1`): the engine does, and knows when.
 *
 * Needs `lambda:InvokeFunction` on the functions.
 *
 * @example
 * const { lambda } = awsClients();
 * const invoker = new LambdaInvoker(lambda, {
 *   functionName: "counts-executor:7", slots: [], parallelism: 10, blocks, ids: new RandomIds(), prefix: "job-counts/sh/invoke",
 * });
 */
export class LambdaInvoker implements Invoker {
  readonly parallelism: number;
  readonly #client: LambdaClient;
  readonly #options: LambdaInvokerOptions;

  constructor(client: LambdaClient, options: LambdaInvokerOptions) {
    this.parallelism = options.parallelism;
    this.#client = client;
    this.#options = options;
  }

  async invoke(target: Target, request: unknown, signal?: AbortSignal): Promise<unknown> {
    const { inPlace, blocks, ids, prefix } = this.#options;
    if (target.type === "in-place" && inPlace !== undefined) return inPlace.invoke(target, request, signal);
    const envelope = await packPayload(encodeRequest(request as ExecutorRequest), blocks, `${prefix}/${ids.next()}`);
    const spilled: (string | undefined)[] = [objectOf(envelope)];
    try {
      const reply = await this.#call(this.#functionOf(target), envelope, signal);
      spilled.push(objectOf(reply));
      return decode(await unpackPayload(reply, blocks));
    } finally {
      const names = spilled.filter((name) => name !== undefined);
      // What stays behind is swept: scratch does not outlive its batch for long.
      if (names.length > 0) await blocks.delete(names).catch(() => {});
    }
  }

  #functionOf(target: Target): string {
    const { slots, functionName } = this.#options;
    return (target.type === "slot" ? slots[target.slot % slots.length] : undefined) ?? functionName;
  }

  async #call(functionName: string, envelope: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    signal?.throwIfAborted();
    const command = new InvokeCommand({
      FunctionName: functionName,
      InvocationType: "RequestResponse",
      Payload: Buffer.from(JSON.stringify(envelope)),
    });
    const reply = await this.#client.send(command, signal && { abortSignal: signal }).catch((error: unknown) => {
      throw signal?.aborted ? error : invokeError(functionName, error);
    });
    const payload = Buffer.from(reply.Payload ?? []).toString();
    if (reply.FunctionError !== undefined) throw functionError(functionName, payload);
    try {
      return JSON.parse(payload);
    } catch (error) {
      throw new CorruptDataError(`${functionName} did not reply with JSON.`, { functionName }, error);
    }
  }
}
