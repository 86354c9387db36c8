/**
 * The local master put together by hand, as `shared/local/local-master.ts` does it, but for one thing: it is said to have as
 * many executors as anybody may want, so every task becomes a call of its own. As many threads as the master has run them.
 */
import { PreparedCache } from "../../shared/executor/index.js";
import { loadProgram } from "../../shared/local/index.js";
import { LocalFileSystem } from "../../shared/local/local-file-system.js";
import { LocalInvoker } from "../../shared/local/local-invoker.js";
import { parallelismOf } from "../../shared/local/local-master.js";
import { LocalStore } from "../../shared/local/local-store.js";
import { allocateShared } from "../../shared/local/shared-memory.js";
import { TerminalConsole } from "../../shared/local/terminal-console.js";
import { WorkerPool } from "../../shared/local/worker-pool.js";
import { Driver } from "../../shared/scheduler/index.js";
import { StateCache } from "../../shared/state/index.js";
import { type RunExtras, type StoragePorts, StreamingContext } from "../../shared/streaming/index.js";
import { RandomIds, SystemClock } from "../../shared/system/index.js";

/** More than any stage has tasks. */
const CALLS = 1_000_000;

/** What is run, and who is told. */
interface Opening {
  readonly program: string;
  readonly master: string;
  readonly checkpointDirectory: string;
  readonly extras: RunExtras;
}

export async function open({ program, master, checkpointDirectory, extras }: Opening) {
  const { app, bundle } = await loadProgram(program);
  const ssc = new StreamingContext(app);
  app.build(ssc);
  const { graph } = ssc;
  const store = new LocalStore({ directory: checkpointDirectory });
  const opened: StoragePorts = {
    blocks: store.blocks,
    table: store.table,
    streams: store.streams,
    files: new LocalFileSystem(),
    clock: new SystemClock(),
    ids: new RandomIds(),
    console: new TerminalConsole(),
  };
  const ports = extras.ports?.(opened) ?? opened;
  const prepared = new PreparedCache();
  const codeVersion = bundle.version;
  const environment = {
    ports,
    graph,
    codeVersion,
    state: new StateCache(),
    prepared,
    inlineBytes: Number.POSITIVE_INFINITY,
    allocate: allocateShared,
  };
  const invoker = new LocalInvoker(environment, CALLS, new WorkerPool(parallelismOf(master), bundle, ports));
  const driver = new Driver({
    graph,
    options: app.options,
    codeVersion,
    ports: { ...ports, invoker },
    prepared,
    collapseBytes: -1,
    ...(extras.listener && { listener: extras.listener }),
  });
  let running: Promise<unknown> = Promise.resolve();
  return {
    async start() {
      running = driver.run();
    },
    ended: () => running,
  };
}
