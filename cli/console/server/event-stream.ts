/** Server-sent events: what has changed since a client's last event, whenever something has, but not too often. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type MonitorSource, type ServerEvents, safeJson } from "../../../shared/monitor/index.js";

/** Pause between two looks at what has changed, milliseconds. */
const PAUSE_MILLIS = 250;
/** The header is sent at most once in so many milliseconds, and as long as something runs, at least once in so many. */
const APP_PAUSE_MILLIS = 500;
const APP_AGAIN_MILLIS = 2_000;
/** Comments keep proxies and sleeping clients from giving up. */
const HEARTBEAT_MILLIS = 15_000;
/** Failed batches that a client is told of when it comes. */
const FAILED_BATCHES = 10;

/** Sends events to one client until it goes. */
export class EventStream {
  readonly #source: MonitorSource;
  readonly #response: ServerResponse;
  /** What the client knows; `undefined`: nothing. */
  #revision: number | undefined;
  #appRevision = -1;
  #appAt = Number.NEGATIVE_INFINITY;
  #writtenAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(source: MonitorSource, request: IncomingMessage, response: ServerResponse) {
    this.#source = source;
    this.#response = response;
    this.#revision = revisionOf(request, source.run);
    response.on("close", () => this.#stop());
  }

  start(): void {
    this.#response.writeHead(200, {
      "Content-Type": "text/event-stream; charset=utf-8",
      "Cache-Control": "no-store",
      "X-Accel-Buffering": "no",
    });
    this.#send("graph", this.#source.graph());
    this.#tellApp();
    this.#push();
  }

  /** Sends what there is left to tell, and ends. */
  end(): void {
    if (this.#isOver) return;
    this.#tellChanges();
    this.#tellApp();
    this.#send("ended", { state: this.#source.app().state });
    this.#stop();
    this.#response.end();
  }

  #push(): void {
    // A client that does not keep up misses nothing: the next event tells all that has changed until then.
    if (!this.#response.writableNeedDrain) {
      this.#tellChanges();
      const now = performance.now();
      const changed = this.#appRevision !== this.#source.revision;
      if (now - this.#appAt >= (changed ? APP_PAUSE_MILLIS : APP_AGAIN_MILLIS)) this.#tellApp();
      if (now - this.#writtenAt >= HEARTBEAT_MILLIS) this.#write(":\n\n");
    }
    this.#timer = setTimeout(() => this.#push(), PAUSE_MILLIS).unref();
  }

  #tellChanges(): void {
    const { revision } = this.#source;
    if (this.#revision === revision) return;
    const known = this.#revision;
    const changed = known === undefined ? undefined : this.#source.changedSince(known);
    this.#revision = revision;
    if (changed === undefined) {
      const timeline = this.#source.timeline();
      this.#send("timeline", timeline);
      for (const { time } of timeline.batches.filter(({ status }) => status === "failed").slice(-FAILED_BATCHES)) {
        this.#tellBatch(time);
      }
    } else if (changed.length > 0) {
      this.#send("batches", changed);
      for (const { time, status } of changed) if (status === "failed") this.#tellBatch(time);
    }
  }

  #tellBatch(time: number): void {
    const batch = this.#source.batch(time);
    if (batch !== undefined) this.#send("batch", batch);
  }

  #tellApp(): void {
    this.#appRevision = this.#source.revision;
    this.#appAt = performance.now();
    this.#send("app", this.#source.app());
  }

  #send<E extends keyof ServerEvents>(event: E, data: ServerEvents[E]): void {
    const id = this.#revision === undefined ? "" : `id: ${this.#source.run}-${this.#revision}\n`;
    this.#write(`${id}event: ${event}\ndata: ${safeJson(data)}\n\n`);
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.#writtenAt = performance.now();
    this.#response.write(text);
  }

  #stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}

/** What a client that comes back knows; `undefined` when it is new, or was told by another process. */
function revisionOf({ headers }: IncomingMessage, run: string): number | undefined {
  const id = String(headers["last-event-id"] ?? "");
  const revision = Number(id.slice(run.length + 1));
  return id.startsWith(`${run}-`) && Number.isSafeInteger(revision) ? revision : undefined;
}
