/** The stream of events from the server. The browser comes back by itself, with the id of the last event it had. */
import type { ServerEvents } from "../../../../shared/monitor/view.js";

export type OnEvents = { readonly [Name in keyof ServerEvents]: (data: ServerEvents[Name]) => void };

/** @param onConnected told whether the server is there, whenever that changes. */
export function followEvents(on: OnEvents, onConnected: (connected: boolean) => void): void {
  const events = new EventSource("/events");
  events.onopen = () => onConnected(true);
  events.onerror = () => {
    onConnected(false);
    // A server that answers with something else than a stream is not asked again by the browser.
    if (events.readyState === EventSource.CLOSED) setTimeout(() => followEvents(on, onConnected), 2000);
  };
  for (const name of Object.keys(on) as (keyof ServerEvents)[]) {
    events.addEventListener(name, ({ data }: MessageEvent<string>) => {
      (on[name] as (data: unknown) => void)(JSON.parse(data));
    });
  }
}
