import { get, type IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { IllegalStateError } from "../../shared/errors/index.js";
import type { ServerEvents } from "../../shared/monitor/index.js";
import type { MonitorFeed, MonitorNews } from "./feed.js";
import { EventParser } from "./parse-events.js";

/** Pause before it is tried again to reach an application that was there, milliseconds; and how often. */
const RETRY_MILLIS = 1_000;
const MAX_RETRIES = 5;

type Came = "ended" | "broken";

/** Follows the console of an application on this machine. */
export function httpFeed(url: string): MonitorFeed {
  return {
    place: url,
    async follow(tell, signal) {
      const parser = new EventParser();
      let failures = 0;
      for (let first = true; !signal.aborted; first = false) {
        try {
          const came = await once(url, parser, tell, signal);
          if (came === "ended") return;
          failures = 0;
        } catch (error) {
          if (signal.aborted) return;
          if (first) throw unreachable(url, error as Error);
          failures += 1;
          if (failures >= MAX_RETRIES) throw new IllegalStateError(`${url} does not answer any more.`);
        }
        if (signal.aborted) return;
        tell({ trouble: `${url} does not answer; trying again` });
        await pause(RETRY_MILLIS, undefined, { signal }).catch(() => {});
      }
    },
  };
}

async function once(
  url: string,
  parser: EventParser,
  tell: (news: MonitorNews) => void,
  signal: AbortSignal,
): Promise<Came> {
  const response = await open(new URL("/events", url), parser.lastId, signal);
  response.setEncoding("utf8");
  try {
    for await (const text of response as AsyncIterable<string>) {
      for (const { event, data } of parser.push(text)) {
        if (event === "ended") return "ended";
        const news = newsOf(event as keyof ServerEvents, JSON.parse(data));
        if (news !== undefined) tell(news);
      }
    }
  } catch {
    // The connection broke: that is for the caller to see.
  } finally {
    response.destroy();
  }
  return "broken";
}

function newsOf(event: keyof ServerEvents, data: ServerEvents[keyof ServerEvents]): MonitorNews | undefined {
  if (event === "app") return { app: data as ServerEvents["app"] };
  if (event === "batches") return { batches: data as ServerEvents["batches"] };
  if (event === "timeline") return { batches: (data as ServerEvents["timeline"]).batches };
  return undefined;
}

function open(url: URL, lastId: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { Accept: "text/event-stream", ...(lastId !== "" && { "Last-Event-ID": lastId }) };
    const request = get(url, { headers, signal }, (response) => {
      if (response.statusCode === 200) return resolve(response);
      response.resume();
      reject(new Error(`it answers ${response.statusCode}`));
    });
    request.on("error", reject);
  });
}

function unreachable(url: string, cause: Error): IllegalStateError {
  return new IllegalStateError(
    `No application answers at ${url} (${cause.message}). \`sluice run\` prints the address of its console; --stack NAME looks at a deployed application.`,
    { url },
  );
}
