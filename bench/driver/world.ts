/**
 * Everything but the driver, in a thread of its own: simulated streams and blocks, and executors. What they take of the
 * processor, and what garbage they make, is not the driver's.
 */
import { parentPort, workerData } from "node:worker_threads";
import { encode } from "../../shared/codec/index.js";
import { execute, PreparedCache, RequestReader } from "../../shared/executor/index.js";
import {
  MemoryBlockStore,
  MemoryConsole,
  MemoryFileSystem,
  MemoryStreamSource,
  MemoryTable,
  SequentialIds,
} from "../../shared/simulation/index.js";
import { StateCache } from "../../shared/state/index.js";
import { SystemClock } from "../../shared/system/index.js";
import type { FromWorld, ToWorld } from "./messages.js";
import { buildGraph, CODE_VERSION, STREAM } from "./program.js";

const RECORDS_PER_SHARD = 10;
/** Most records that a stream takes at a time. */
const PUT = 500;
/** What executors send inline, as on AWS; the rest goes through the block store. */
const INLINE_BYTES = 32 * 1024;

const { shards } = workerData as { readonly shards: number };
const clock = new SystemClock();
const streams = new MemoryStreamSource(clock);
const blocks = new MemoryBlockStore();
const environment = {
  ports: {
    blocks,
    streams,
    clock,
    table: new MemoryTable(),
    files: new MemoryFileSystem(clock),
    ids: new SequentialIds("executor"),
    console: new MemoryConsole(),
  },
  graph: buildGraph(),
  codeVersion: CODE_VERSION,
  state: new StateCache(),
  prepared: new PreparedCache(),
  inlineBytes: INLINE_BYTES,
  allocate: (bytes: number) => new Uint8Array(bytes),
};
const requests = new RequestReader();
await streams.create(STREAM, shards);

/** New records for every shard, about. */
async function feed(): Promise<void> {
  const data = Buffer.from("the quick brown fox");
  for (let fed = 0; fed < shards * RECORDS_PER_SHARD; fed += PUT) {
    const keys = Array.from({ length: Math.min(PUT, shards * RECORDS_PER_SHARD - fed) }, (_, i) => `${fed + i}`);
    await streams.putRecords(
      STREAM,
      keys.map((partitionKey) => ({ partitionKey, data })),
    );
  }
}

async function answer(message: ToWorld): Promise<unknown> {
  if (message.type === "feed") return feed();
  if (message.type === "invoke") return encode(await execute(environment, requests.read(message.request)));
  const port = { blocks, streams }[message.port] as unknown as Record<string, (...args: unknown[]) => unknown>;
  return port[message.method]?.(...message.args);
}

parentPort?.on("message", async (message: ToWorld) => {
  const { id } = message;
  try {
    const value = await answer(message);
    const owned = message.type === "invoke" ? [(value as Uint8Array).buffer as ArrayBuffer] : [];
    parentPort?.postMessage({ id, value } satisfies FromWorld, owned);
  } catch (error) {
    parentPort?.postMessage({ id, value: undefined, error: String(error) } satisfies FromWorld);
  }
});
