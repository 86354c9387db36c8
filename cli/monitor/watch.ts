/** Shows what a feed tells, in the way that fits where it goes. */
import type { MonitorFeed } from "./feed.js";
import { appLine, batchLine } from "./lines.js";
import { renderScreen } from "./screen.js";
import { MonitorState } from "./state.js";
import { Terminal } from "./terminal.js";

export interface WatchOptions {
  /** End after so many batches have ended. */
  readonly batches: number | undefined;
}

/** Batches that had ended before anybody looked: so many of them are told. */
const PAST_BATCHES = 10;

type Follow = (feed: MonitorFeed, options: WatchOptions, stop: AbortController) => Promise<void>;

/** In place, until the application ends or the user goes. */
export const watchScreen: Follow = async (feed, { batches }, stop) => {
  const state = new MonitorState();
  const color = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
  const input = process.stdin.isTTY ? process.stdin : undefined;
  const render = (size: { columns: number; rows: number }) => renderScreen(state, feed.place, size, color);
  const terminal = new Terminal(process.stdout, input, render, () => stop.abort());
  let left = batches ?? Number.POSITIVE_INFINITY;
  terminal.open();
  try {
    await feed.follow((news) => {
      left -= state.take(news).length;
      terminal.update();
      if (left <= 0) stop.abort();
    }, stop.signal);
  } finally {
    terminal.close();
  }
  // What was seen last is gone with the screen.
  if (state.app !== undefined) process.stdout.write(`${appLine(state.app)}\n`);
};

/** A line for each batch that ends. */
export const watchLines: Follow = async (feed, options, stop) => {
  let isIntroduced = false;
  let trouble: string | undefined;
  await followEnded(feed, options, stop, (state, ended) => {
    if (state.app !== undefined && !isIntroduced) {
      isIntroduced = true;
      process.stdout.write(`${appLine(state.app)}\n`);
    }
    if (state.trouble !== undefined && state.trouble !== trouble) process.stderr.write(`sluice: ${state.trouble}\n`);
    trouble = state.trouble;
    for (const batch of ended) process.stdout.write(`${batchLine(batch)}\n`);
  });
};

/** A line of JSON for each batch that ends, and for the application whenever it is told of. */
export const watchJson: Follow = async (feed, options, stop) => {
  let told: unknown;
  await followEnded(feed, options, stop, ({ app }, ended) => {
    if (app !== undefined && app !== told) {
      told = app;
      process.stdout.write(`${JSON.stringify({ type: "app", ...app })}\n`);
    }
    for (const batch of ended) process.stdout.write(`${JSON.stringify({ type: "batch", ...batch })}\n`);
  });
};

async function followEnded(
  feed: MonitorFeed,
  { batches = Number.POSITIVE_INFINITY }: WatchOptions,
  stop: AbortController,
  tell: (state: MonitorState, ended: ReturnType<MonitorState["take"]>) => void,
): Promise<void> {
  const state = new MonitorState();
  let left = batches;
  let isPast = true;
  await feed.follow((news) => {
    if (left <= 0) return;
    const took = state.take(news);
    const ended = (isPast ? took.slice(-PAST_BATCHES) : took).slice(0, left);
    isPast = isPast && news.batches === undefined;
    left -= ended.length;
    tell(state, ended);
    if (left <= 0) stop.abort();
  }, stop.signal);
}
