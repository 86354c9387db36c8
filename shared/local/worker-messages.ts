import type { ThreadMessage } from "../executor/index.js";
import type { ProgramBundle } from "../streaming/index.js";
import type { PortCall, PortReply } from "./port-calls.js";

/** What a worker is started with. */
export interface WorkerData {
  readonly bundle: ProgramBundle;
}

export type ToWorker = { readonly type: "invoke"; readonly id: number; readonly message: ThreadMessage } | PortReply;

export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "reply"; readonly id: number; readonly reply: unknown }
  | PortCall;
