/** How workers reach the store that only the main thread may use: port methods as messages. */
import type { MessagePort, Worker } from "node:worker_threads";
import { deserializeError, type SerializedError, serializeError } from "../executor/index.js";

/** The ports of the main thread that workers may call. */
export type RemotePort = "blocks" | "table" | "streams";

export interface PortCall {
  readonly type: "port-call";
  readonly id: number;
  readonly port: RemotePort;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type PortReply = { readonly type: "port-reply"; readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: SerializedError }
);

/** In a worker: objects that look like ports and ask the main thread. */
export class RemotePorts {
  readonly #post: MessagePort["postMessage"];
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #nextId = 0;

  constructor(post: MessagePort["postMessage"]) {
    this.#post = post;
  }

  /** All methods of a port return promises, so any name can be one. */
  port<P extends object>(port: RemotePort): P {
    return new Proxy({} as P, {
      get:
        (_target, method) =>
        (...args: unknown[]) =>
          this.#call(port, String(method), args),
    });
  }

  settle(reply: PortReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.ok) waiting?.resolve(reply.value);
    else waiting?.reject(deserializeError(reply.error));
  }

  #call(port: RemotePort, method: string, args: readonly unknown[]): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ type: "port-call", id, port, method, args } satisfies PortCall);
    });
  }
}

/** In the main thread: carries out a worker's call. */
export async function answerPortCall(
  ports: Readonly<Record<RemotePort, object>>,
  worker: Worker,
  { id, port, method, args }: PortCall,
): Promise<void> {
  let reply: PortReply;
  try {
    const target = ports[port];
    const value: unknown = await Reflect.get(target, method).apply(target, args);
    reply = { type: "port-reply", id, ok: true, value };
  } catch (error) {
    reply = { type: "port-reply", id, ok: false, error: serializeError(error) };
  }
  worker.postMessage(reply);
}
