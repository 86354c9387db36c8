/** Receivers of a deployed application: they run on any host and put what they receive into its streams. */

import { jobName } from "../checkpoint/index.js";
import { IllegalArgumentError } from "../errors/index.js";
import type { Clock, Console, StreamSource } from "../ports/index.js";
import { endsWithin } from "../rules/index.js";
import { type ReceiverEvent, type RunningReceiver, runReceiver } from "../sources/index.js";
import { inputIds, liveInputs, type ReceiverSpec, type StreamingApp, StreamingContext } from "../streaming/index.js";
import { SystemClock } from "../system/index.js";
import { type Environment, streamNames } from "./aws-config.js";
import { awsClients } from "./clients.js";
import { KinesisStreamSource } from "./kinesis-stream-source.js";
import { StructuredConsole } from "./structured-console.js";

/** Longest wait for receivers to stop, milliseconds: what they have stored becomes durable meanwhile. */
const STOP_GRACE_MILLIS = 30_000;

/** What receivers need of the world. */
export interface ReceivePorts {
  readonly streams: StreamSource;
  readonly clock: Clock;
  readonly console: Console;
}

export interface ReceiveOptions {
  /** Ends it: receivers are stopped, and what they have stored is made durable. */
  readonly signal: AbortSignal;
  /** Is told of starts, errors and ends. */
  readonly onEvent?: (event: ReceiverEvent) => void;
}

/** An input that is fed by a receiver. */
export interface ReceiverInput {
  readonly uid: string;
  /** Position among the application's inputs. */
  readonly streamId: number;
  /** Name of its stream in the program. */
  readonly stream: string;
  readonly spec: ReceiverSpec;
}

/**
 * The inputs of an application that receivers feed.
 * @example
 * receiverInputs(app).map(({ stream }) => stream); // ["word-count.socketTextStream-0"]
 */
export function receiverInputs(app: StreamingApp): readonly ReceiverInput[] {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  const ids = inputIds(ssc.graph);
  return liveInputs(ssc.graph).flatMap(({ uid, input }) =>
    input.type === "stream" && input.receiver !== undefined
      ? [{ uid, streamId: ids.get(uid) as number, stream: input.stream, spec: input.receiver }]
      : [],
  );
}

/**
 * Runs the receivers of a deployed application in this process until the signal aborts; `SLUICE_STREAMS` says which streams
 * are its own. Resolves when all that was received is durable. What one host receives is received once: run it on one.
 *
 * @param env as `process.env`; credentials, region and endpoint are found by the AWS SDK.
 * @throws {IllegalArgumentError} when the application has no receivers, or for a variable that cannot be read.
 * @throws {UserCodeError} when the function that makes a receiver throws.
 * @example
 * const stop = new AbortController();
 * process.once("SIGTERM", () => stop.abort());
 * await receive(app, process.env, { signal: stop.signal });
 */
export async function receive(
  app: StreamingApp,
  env: Environment,
  options: ReceiveOptions & { readonly console?: Console },
): Promise<void> {
  const clock = new SystemClock();
  const { kinesis } = awsClients();
  const streams = new KinesisStreamSource(kinesis, clock, { names: streamNames(env) });
  const console = options.console ?? new StructuredConsole({ job: jobName(app.name), level: env.SLUICE_LOG_LEVEL });
  await runReceivers(app, { streams, clock, console }, options);
}

/** As {@link receive}, on any streams. */
export async function runReceivers(app: StreamingApp, ports: ReceivePorts, options: ReceiveOptions): Promise<void> {
  const inputs = receiverInputs(app);
  if (inputs.length === 0) {
    throw new IllegalArgumentError(
      `"${app.name}" has no receivers: socketTextStream, socketStream and receiverStream have one, kinesisStream is fed by its producers.`,
    );
  }
  const { maxRatePerShard } = app.options;
  const running: RunningReceiver[] = [];
  try {
    for (const { spec, streamId, stream } of inputs) {
      const maxRate = maxRatePerShard && maxRatePerShard * (await shardsOf(ports.streams, stream));
      const { onEvent } = options;
      const rate = maxRate === undefined ? {} : { maxRate };
      running.push(runReceiver({ spec, streamId, stream, ...ports, ...rate, ...(onEvent && { onEvent }) }));
    }
    await aborted(options.signal);
  } finally {
    await stopAll(running, ports);
  }
}

/** What the stream's batches may take is what is worth putting; a stream that is still to be created has one shard. */
async function shardsOf(streams: StreamSource, stream: string): Promise<number> {
  if ((await streams.describe(stream)) === undefined) return 1;
  return (await streams.listShards(stream)).filter((shard) => !shard.closed).length;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

async function stopAll(running: readonly RunningReceiver[], { clock, console }: ReceivePorts): Promise<void> {
  const stopped = Promise.all(running.map((receiver) => receiver.stop()));
  if (await endsWithin(clock, STOP_GRACE_MILLIS, stopped)) return;
  console.log("warn", "A receiver did not stop in time and is left behind.");
}
