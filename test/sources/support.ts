import { decode } from "../../shared/codec/index.js";
import type { PutEntry, PutResult, StreamSource } from "../../shared/ports/index.js";
import { MemoryStreamSource } from "../../shared/simulation/index.js";
import { readAll } from "../contracts/stream-source.contract.js";

/** Some turns of the event loop, in which everything that can go on does. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The data of all records of a stream, shard by shard. */
export async function dataOf(streams: StreamSource, stream: string): Promise<readonly Uint8Array[]> {
  if ((await streams.describe(stream)) === undefined) return [];
  const shards = await streams.listShards(stream);
  const records = await Promise.all(
    shards.map(async ({ shardId }) =>
      readAll(streams, await streams.getIterator(stream, shardId, { type: "trim-horizon" })),
    ),
  );
  return records.flat().map(({ data }) => data);
}

export const linesOf = async (streams: StreamSource, stream: string) =>
  (await dataOf(streams, stream)).map((data) => Buffer.from(data).toString());

export const valuesOf = async (streams: StreamSource, stream: string) =>
  (await dataOf(streams, stream)).map((data) => decode(data));

/** What to do with a call of putRecords: let it through, or answer in its place. */
export type Intervention = (
  entries: readonly PutEntry[],
  put: (entries: readonly PutEntry[]) => Promise<readonly PutResult[]>,
) => Promise<readonly PutResult[]>;

/** A stream in memory whose puts a test can see, hold and refuse. */
export class WatchedStreams extends MemoryStreamSource {
  /** The entries of each call. */
  readonly calls: (readonly PutEntry[])[] = [];
  /** Calls under way now, and the most there ever were. */
  underWay = 0;
  mostUnderWay = 0;
  intervene: Intervention = (entries, put) => put(entries);

  override async putRecords(stream: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    this.calls.push(entries);
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    try {
      return await this.intervene(entries, (some) => super.putRecords(stream, some));
    } finally {
      this.underWay -= 1;
    }
  }

  /** Holds all puts until the returned function is called. */
  hold(): () => void {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.intervene = async (entries, put) => {
      await released;
      return put(entries);
    };
    return release;
  }
}

/** Puts the entries that are wanted and refuses the others, as Kinesis does when a shard is asked too much. */
export async function refuse(
  entries: readonly PutEntry[],
  put: (entries: readonly PutEntry[]) => Promise<readonly PutResult[]>,
  isRefused: (entry: PutEntry, index: number) => boolean,
): Promise<readonly PutResult[]> {
  const taken = await put(entries.filter((entry, i) => !isRefused(entry, i)));
  let next = 0;
  return entries.map((entry, i) =>
    isRefused(entry, i)
      ? { errorCode: "ProvisionedThroughputExceededException", errorMessage: "Rate exceeded" }
      : (taken[next++] as PutResult),
  );
}
