/** The console of an application that runs in this process: history, page and state, put between driver and ports. */
import { randomUUID } from "node:crypto";
import type { AppView } from "../../shared/monitor/index.js";
import { BatchHistory, RequestMeter, StateExplorer } from "../../shared/monitor/index.js";
import {
  type BatchListener,
  type ResolvedOptions,
  type StoragePorts,
  type StreamGraph,
  tellAll,
} from "../../shared/streaming/index.js";
import { SystemClock } from "../../shared/system/index.js";
import { userFrames } from "../user-frames.js";
import { type RunningConsole, startConsole } from "./server/index.js";

export interface ConsoleSubject {
  readonly graph: StreamGraph;
  readonly options: ResolvedOptions;
  readonly master: string;
  readonly facts: AppView["config"];
  readonly replayCommand?: (time: number) => string;
}

/** The lines of a stack that lie in the program; all, when none does. */
function shownStack(error: Error): string | undefined {
  const frames = userFrames(error);
  if (frames.length === 0) return error.stack;
  return [`${error.name}: ${error.message}`, ...frames.map((frame) => `    ${frame.trim()}`)].join("\n");
}

export class LocalConsole {
  readonly #meter = new RequestMeter();
  /** Told of as soon as there is a history. */
  readonly #listeners: BatchListener[] = [];
  /** To be given to the driver. */
  readonly listener: BatchListener = tellAll(this.#listeners);
  /** As they are without being counted: who looks costs the application nothing. */
  #storage: StoragePorts | undefined;
  #history: BatchHistory | undefined;
  #server: RunningConsole | undefined;

  /** Ports that count, and pass on what is printed. */
  readonly ports = (opened: StoragePorts): StoragePorts => {
    this.#storage = opened;
    const { console } = opened;
    return {
      ...opened,
      blocks: this.#meter.blocks(opened.blocks),
      table: this.#meter.table(opened.table),
      console: {
        print: (text) => {
          console.print(text);
          this.#history?.printed(text);
        },
        log: (level, message, details) => console.log(level, message, details),
      },
    };
  };

  /**
   * Begins to listen, and to answer; returns the address.
   * @throws {IllegalArgumentError} when there is no port to be had.
   */
  async open({ graph, options, ...subject }: ConsoleSubject, port: number | undefined): Promise<string> {
    const run = randomUUID().slice(0, 8);
    const history = new BatchHistory({
      graph,
      options,
      clock: new SystemClock(),
      run,
      meter: this.#meter,
      stackOf: shownStack,
      ...subject,
    });
    const storage = this.#storage;
    const state = storage && new StateExplorer({ storage, appName: graph.appName, graph: history.graph() });
    this.#server = await startConsole({ source: history, state, port });
    this.#history = history;
    this.#listeners.push(history);
    return this.#server.url;
  }

  /** Tells those who look how it ended. */
  async close(error?: unknown): Promise<void> {
    this.#history?.ended(error);
    await this.#server?.close();
  }
}
