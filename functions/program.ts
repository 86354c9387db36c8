import {
  type ListenerBus,
  type StreamGraph,
  type StreamingApp,
  StreamingContext,
  validateGraph,
} from "../shared/streaming/index.js";

/** An application as a process runs it: its graph, built once. */
export interface Program {
  readonly app: StreamingApp;
  readonly graph: StreamGraph;
  /** Tells the listeners that the program has added. */
  readonly listeners: ListenerBus;
}

/** @throws {IllegalArgumentError} when the graph cannot be run. */
export function buildProgram(app: StreamingApp): Program {
  const ssc = new StreamingContext(app);
  app.build(ssc);
  validateGraph(ssc.graph, true);
  return { app, graph: ssc.graph, listeners: ssc.listeners };
}
