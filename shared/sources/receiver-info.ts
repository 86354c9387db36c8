/** `starting` until `onStart` is called, `restarting` until it is called again, `stopping` until all that was stored is durable. */
export type ReceiverStatus = "starting" | "started" | "restarting" | "stopping" | "stopped";

/** What is known of a receiver. */
export interface ReceiverInfo {
  /** Number of the input it feeds, in definition order. */
  readonly streamId: number;
  /** Name of its class. */
  readonly name: string;
  /** The stream it fills. */
  readonly stream: string;
  readonly status: ReceiverStatus;
  /** What the receiver said when it last reported an error, was restarted or stopped because of one. */
  readonly lastErrorMessage: string | undefined;
  /** The error itself, as text. */
  readonly lastError: string | undefined;
  /** Epoch milliseconds. */
  readonly lastErrorTime: number | undefined;
}

/** `started` comes with every start, `error` with every report and restart, `stopped` once. */
export interface ReceiverEvent {
  readonly type: "started" | "error" | "stopped";
  readonly receiver: ReceiverInfo;
}
