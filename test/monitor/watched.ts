/** A program that runs in memory and in virtual time, with everybody listening. */
import { BatchHistory, type BatchHistoryOptions } from "../../shared/monitor/index.js";
import {
  type BatchInfo,
  type BatchListener,
  ListenerBus,
  type OutputOperationInfo,
  type StreamingApp,
  type StreamingListener,
  tellAll,
} from "../../shared/streaming/index.js";
import { graphOf, type RunOptions, World } from "../engine/world.js";

/** What a StreamingListener was told. */
export class Told implements StreamingListener {
  readonly completed: BatchInfo[] = [];
  readonly operations: OutputOperationInfo[] = [];

  onBatchCompleted({ batchInfo }: { readonly batchInfo: BatchInfo }): void {
    this.completed.push(batchInfo);
  }

  onOutputOperationCompleted({ outputOperationInfo }: { readonly outputOperationInfo: OutputOperationInfo }): void {
    this.operations.push(outputOperationInfo);
  }
}

export interface Watched {
  readonly world: World;
  readonly history: BatchHistory;
  readonly told: Told;
  /** What ended the run, if something did. */
  readonly error: unknown;
}

export interface WatchOptions extends RunOptions {
  readonly history?: Partial<BatchHistoryOptions>;
  readonly world?: World;
  /** Is told, too. */
  readonly also?: BatchListener;
}

/** Runs so many batches of a program and returns what everybody knows. */
export async function watch(app: StreamingApp, options: WatchOptions = {}): Promise<Watched> {
  const { world = new World(), history: more, also, ...run } = options;
  const history = new BatchHistory({
    graph: graphOf(app),
    options: app.options,
    clock: world.clock,
    run: "run",
    master: "memory",
    ...more,
  });
  const told = new Told();
  const bus = new ListenerBus();
  bus.add(told);
  let error: unknown;
  try {
    await world.run(app, { ...run, listener: tellAll([history, bus, also]) });
  } catch (thrown) {
    error = thrown;
  }
  return { world, history, told, error };
}
