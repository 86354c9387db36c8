import { IllegalStateError } from "../errors/index.js";
import type { ExecutorEnvironment } from "./environment.js";
import type { ExecutorReply, ExecutorRequest } from "./messages.js";
import { readShard } from "./read-shard.js";
import { run } from "./run.js";
import { serializeError } from "./serialized-error.js";

/** An executor: one request, one reply. Failures are replies too; only a dying process gives none. */
export async function execute(environment: ExecutorEnvironment, request: ExecutorRequest): Promise<ExecutorReply> {
  try {
    if (request.type === "read-shard") return { ok: true, result: await readShard(environment, request) };
    if (request.codeVersion !== environment.codeVersion) {
      throw new IllegalStateError(
        `The task belongs to code version ${request.codeVersion}, but this executor runs ${environment.codeVersion}.`,
      );
    }
    return { ok: true, result: await run(environment, request) };
  } catch (error) {
    return { ok: false, error: serializeError(error) };
  }
}
