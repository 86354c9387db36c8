/** Receivers of a deployed program, on this host. */
import { receiverInputs, runReceivers } from "../../shared/aws/index.js";
import { TerminalConsole } from "../../shared/local/index.js";
import type { ReceiverEvent } from "../../shared/sources/index.js";
import type { StreamingApp } from "../../shared/streaming/index.js";
import type { Wanted } from "./application.js";
import { findApplication } from "./find-application.js";
import { Session } from "./session.js";

/** Resolves when the signal has stopped them and all that they received is in the streams. */
export async function runDeployedReceivers(
  app: StreamingApp,
  wanted: Wanted,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const application = await findApplication(wanted);
  const session = new Session(application);
  const { streams, clock } = session;
  // A receiver may wait for something that does not keep a process alive; the signal ends it, and nothing else.
  const alive = setInterval(() => {}, 60_000);
  try {
    for (const { uid, stream } of receiverInputs(app)) {
      say(`receiver ${uid} fills ${application.streams[stream] ?? stream}`);
    }
    const onEvent = (event: ReceiverEvent): void => say(eventText(event));
    await runReceivers(app, { streams, clock, console: new TerminalConsole() }, { signal, onEvent });
    say("all that was received is in the streams");
  } finally {
    clearInterval(alive);
    session.close();
  }
}

function eventText({ type, receiver: { streamId, name, lastError } }: ReceiverEvent): string {
  const why = type === "error" && lastError !== undefined ? `: ${lastError}` : "";
  return `receiver ${streamId} (${name}) ${type === "error" ? "has an error" : type}${why}`;
}
