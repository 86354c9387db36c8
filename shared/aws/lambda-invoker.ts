import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { decode } from "../codec/index.js";
import { CorruptDataError } from "../errors/index.js";
import { type ExecutorRequest, encodeRequest, exchangePayloads, type PayloadSender } from "../executor/index.js";
import type { Invoker, Target } from "../ports/index.js";
import { functionError, invokeError } from "./function-errors.js";

export interface LambdaInvokerOptions {
  /** Name or ARN of the executor function, best with a version or alias: the code must not change under a running batch. */
  readonly functionName: string;
  /** Functions with the same code for tasks with state: slot `s` goes to `slots[s % slots.length]`. Empty: all go to `functionName`. */
  readonly slots: readonly string[];
  /** How many invocations are to run at a time. */
  readonly parallelism: number;
  /** How messages go that are too large for a payload. */
  readonly sender: PayloadSender;
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
 *   functionName: "counts-executor:7", slots: [], parallelism: 10,
 *   sender: { blocks, ids: new RandomIds(), job: "job-counts" },
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
    const { inPlace, sender } = this.#options;
    if (target.type === "in-place" && inPlace !== undefined) return inPlace.invoke(target, request, signal);
    const reply = await exchangePayloads(encodeRequest(request as ExecutorRequest), sender, (envelope) =>
      this.#call(this.#functionOf(target), envelope, signal),
    );
    return decode(reply);
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
