import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlockingFileSystem } from "../../shared/local/blocking-file-system.js";
import { LocalFileSystem } from "../../shared/local/local-file-system.js";
import { LocalStore } from "../../shared/local/local-store.js";
import {
  MemoryBlockStore,
  MemoryFileSystem,
  MemoryStreamSource,
  MemoryTable,
  VirtualClock,
} from "../../shared/simulation/index.js";
import { SystemClock } from "../../shared/system/index.js";
import { describeBlockStore } from "./block-store.contract.js";
import { describeClock } from "./clock.contract.js";
import { describeFileSystem } from "./file-system.contract.js";
import { describeStreamSource } from "./stream-source.contract.js";
import { describeTable } from "./table.contract.js";

const nothing = async () => {};
const temporary = () => mkdtemp(join(tmpdir(), "sluice-contract-"));
/** Some day, so that times look like times. */
const START = Date.UTC(2024, 0, 1);

async function openLocal(durability: "process" | "disk" = "process") {
  const directory = await temporary();
  const clock = new VirtualClock({ start: START });
  const store = new LocalStore({ directory, durability, clock });
  const close = async () => {
    await store.close();
    await rm(directory, { recursive: true });
  };
  return { store, clock, close };
}

describeBlockStore("memory", async () => ({ subject: new MemoryBlockStore(), close: nothing }));
describeTable("memory", async () => ({ subject: new MemoryTable(), close: nothing }));
describeFileSystem("memory", async () => {
  const clock = new VirtualClock({ start: START });
  return { subject: { files: new MemoryFileSystem(clock), root: "/data", now: () => clock.now() }, close: nothing };
});
describeFileSystem("memory, named as on S3", async () => {
  const clock = new VirtualClock({ start: START });
  return {
    subject: { files: new MemoryFileSystem(clock), root: "s3://bucket/in", now: () => clock.now() },
    close: nothing,
  };
});
describeStreamSource("memory", { timeIsCheap: true, reshards: true }, async () => {
  const clock = new VirtualClock({ start: START });
  const streams = new MemoryStreamSource(clock);
  return {
    subject: {
      streams,
      now: () => clock.now(),
      pause: (ms) => clock.advance(ms),
      split: (stream, shardId) => streams.split(stream, shardId),
      merge: (stream, a, b) => streams.merge(stream, a, b),
    },
    close: nothing,
  };
});
describeClock("virtual", async () => ({ subject: new VirtualClock({ autoAdvance: true }), close: nothing }));

describeBlockStore("local", async () => {
  const { store, close } = await openLocal();
  return { subject: store.blocks, close };
});
describeBlockStore("local, volatile", async () => {
  const { store, close } = await openLocal();
  const { blocks } = store;
  const inside = (name: string) => `sh/${name}`;
  return {
    subject: {
      get: (name) => blocks.get(inside(name)),
      getRange: (name, start, end) => blocks.getRange(inside(name), start, end),
      put: (name, bytes) => blocks.put(inside(name), bytes),
      putIfAbsent: (name, bytes) => blocks.putIfAbsent(inside(name), bytes),
      delete: (names) => blocks.delete(names.map(inside)),
      list: async (prefix) => (await blocks.list(inside(prefix))).map((name) => name.slice("sh/".length)),
    },
    close,
  };
});
describeBlockStore("local, each write committed", async () => {
  const { store, close } = await openLocal();
  const { blocks } = store;
  return {
    subject: {
      get: (name) => blocks.get(name),
      getRange: (name, start, end) => blocks.getRange(name, start, end),
      put: (name, bytes) => blocks.put(name, bytes).then(() => store.flush()),
      putIfAbsent: async (name, bytes) => {
        const outcome = await blocks.putIfAbsent(name, bytes);
        await store.flush();
        return outcome;
      },
      delete: (names) => blocks.delete(names).then(() => store.flush()),
      list: (prefix) => blocks.list(prefix),
    },
    close,
  };
});
describeTable("local", async () => {
  const { store, close } = await openLocal();
  return { subject: store.table, close };
});
describeTable("local, to the disk", async () => {
  const { store, close } = await openLocal("disk");
  return { subject: store.table, close };
});
for (const [name, FileSystem] of [
  ["local", LocalFileSystem],
  ["local, in a worker", BlockingFileSystem],
] as const) {
  describeFileSystem(name, async () => {
    const directory = await temporary();
    return {
      subject: { files: new FileSystem(), root: directory, now: () => Date.now() },
      close: () => rm(directory, { recursive: true }),
    };
  });
}
describeStreamSource("local", { timeIsCheap: true, reshards: true }, async () => {
  const { store, clock, close } = await openLocal();
  const { streams } = store;
  return {
    subject: {
      streams,
      now: () => clock.now(),
      pause: (ms) => clock.advance(ms),
      split: (stream, shardId) => streams.split(stream, shardId),
      merge: (stream, a, b) => streams.merge(stream, a, b),
    },
    close,
  };
});
describeClock("system", async () => ({ subject: new SystemClock(), close: nothing }));
