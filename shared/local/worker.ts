/** An executor in a worker thread: loads the program's bundle once, then answers one request after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { execute, PreparedCache, ThreadReceiver } from "../executor/index.js";
import type { BlockStore, StreamSource, Table } from "../ports/index.js";
import { StateCache } from "../state/index.js";
import { StreamingContext } from "../streaming/index.js";
import { RandomIds, SystemClock } from "../system/index.js";
import { BlockingFileSystem } from "./blocking-file-system.js";
import { importApp } from "./load-program.js";
import { RemotePorts } from "./port-calls.js";
import { allocateShared } from "./shared-memory.js";
import type { FromWorker, ToWorker, WorkerData } from "./worker-messages.js";

const port = parentPort;
if (port === null) throw new Error("worker.js is started by sluice in a worker thread, not by hand");

const { bundle } = workerData as WorkerData;
const post = (message: FromWorker): void => port.postMessage(message);
const remote = new RemotePorts((message) => port.postMessage(message));

// Stacks name the lines of the user's program, as in the driver's thread.
process.setSourceMapsEnabled(true);
const app = await importApp(bundle);
const ssc = new StreamingContext(app);
app.build(ssc);

const environment = {
  ports: {
    blocks: remote.port<BlockStore>("blocks"),
    table: remote.port<Table>("table"),
    streams: remote.port<StreamSource>("streams"),
    files: new BlockingFileSystem(),
    clock: new SystemClock(),
    ids: new RandomIds(),
  },
  graph: ssc.graph,
  codeVersion: bundle.version,
  state: new StateCache(),
  prepared: new PreparedCache(),
  // What leaves a worker lies in shared memory already; putting it into the store would only add a round trip.
  inlineBytes: Number.POSITIVE_INFINITY,
  allocate: allocateShared,
};

const requests = new ThreadReceiver();
port.on("message", (message: ToWorker) => {
  if (message.type === "port-reply") {
    remote.settle(message);
    return;
  }
  void execute(environment, requests.unpack(message.message)).then((reply) =>
    post({ type: "reply", id: message.id, reply }),
  );
});
post({ type: "ready" });
