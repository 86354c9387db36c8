/** What is known of a receiver. */
export interface ReceiverInfo {
  /** Number of the input it feeds, in definition order of the inputs. */
  readonly streamId: number;
  /** Name of its class. */
  readonly name: string;
  /** True from its start to its stop; false between a stop and a new start too. */
  readonly active: boolean;
  /** The machine it runs on. */
  readonly location: string;
  /** The process there: `driver` in local mode. */
  readonly executorId: string;
  /** What it said when it last reported an error, was restarted, or stopped because of one. */
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
