/**
 * Where shards are read. A read is a few calls to Kinesis and one to S3, so for a small one a function call costs more than
 * the work; but the scheduler is a small function, and what it reads passes through its memory and its share of a core.
 */
import type { ExecutorReply, ExecutorRequest, ReadShardRequest, ReadShardResult } from "../executor/index.js";
import type { Invoker, Target } from "../ports/index.js";
import { byteLength } from "../rdd/index.js";

/**
 * Up to so much input a whole batch runs in the scheduler, bytes: some ten thousand records, done in less time than it takes
 * to call an executor and to send them there. The driver's `collapseBytes` on AWS.
 */
export const IN_PLACE_BATCH_BYTES = 256 * 1024;

/** Most shards read in place at a time: the calls of more would queue up behind one another in a fraction of a core. */
export const MAX_IN_PLACE_READS = 4;

/** Most bytes that may come of all reads in place together: they are in memory three times (records, block, request body). */
export const MAX_IN_PLACE_BYTES = 32 * 1024 * 1024;

/**
 * What is read in place travels on with requests up to this size, bytes, and by name beyond it. All of them together are
 * then no more than a batch that runs in place: every request of a larger one to an executor would carry them.
 */
export const IN_PLACE_INLINE_BYTES = IN_PLACE_BATCH_BYTES / MAX_IN_PLACE_READS;

/** Most bytes that producers can put into a shard per millisecond. https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const WRITTEN_BYTES_PER_MILLI = (1024 * 1024) / 1000;

/** What is known before a shard is read. */
export interface ReadOutlook {
  /** Reads in place that are under way. */
  readonly reading: number;
  /** Most bytes that these may bring. */
  readonly readingBytes: number;
  /** Most bytes that this one may bring. */
  readonly mostBytes: number;
  /** What the shard brought the last time, bytes; `undefined`: not known here. */
  readonly lastBytes: number | undefined;
}

/**
 * True when a shard is to be read in the scheduler itself: few at a time, never so much that memory could run out, and not
 * when it lately brought so much that the batch needs executors anyway. A shard that this process has not read before may
 * hold a day of records: a scheduler that dies of them would be followed by one that does the same.
 */
export function isReadInPlace({ reading, readingBytes, mostBytes, lastBytes }: ReadOutlook): boolean {
  return (
    lastBytes !== undefined &&
    lastBytes <= IN_PLACE_BATCH_BYTES &&
    reading < MAX_IN_PLACE_READS &&
    readingBytes + mostBytes <= MAX_IN_PLACE_BYTES
  );
}

/** Most bytes that a read can bring: what fits into the shard in the time since it was last read. */
export function mostBytesOf({ position, until }: Pick<ReadShardRequest, "position" | "until">): number {
  return Math.max(0, until - position.upTo) * WRITTEN_BYTES_PER_MILLI;
}

/** Sends reads to where they are cheapest, and everything else to the executors. */
export class InPlaceReads implements Invoker {
  readonly #executors: Invoker;
  readonly #inPlace: Invoker;
  /** By stream and shard: what it brought the last time, bytes. */
  readonly #lastBytes = new Map<string, number>();
  #reading = 0;
  #readingBytes = 0;

  /** @param inPlace Runs requests in this process. */
  constructor(executors: Invoker, inPlace: Invoker) {
    this.#executors = executors;
    this.#inPlace = inPlace;
  }

  get parallelism(): number {
    return this.#executors.parallelism;
  }

  async invoke(target: Target, request: unknown, signal?: AbortSignal): Promise<unknown> {
    if ((request as ExecutorRequest).type !== "read-shard") return this.#executors.invoke(target, request, signal);
    const read = request as ReadShardRequest;
    const shard = `${read.stream}/${read.shard}`;
    const reply = (await this.#read(
      target,
      read,
      this.#lastBytes.get(shard),
      signal,
    )) as ExecutorReply<ReadShardResult>;
    if (reply.ok) this.#lastBytes.set(shard, byteLength(reply.result.payload));
    return reply;
  }

  async #read(target: Target, request: ReadShardRequest, lastBytes: number | undefined, signal?: AbortSignal) {
    const mostBytes = mostBytesOf(request);
    const outlook = { reading: this.#reading, readingBytes: this.#readingBytes, mostBytes, lastBytes };
    if (!isReadInPlace(outlook)) return this.#executors.invoke(target, request, signal);
    this.#reading += 1;
    this.#readingBytes += mostBytes;
    try {
      return await this.#inPlace.invoke(target, request, signal);
    } finally {
      this.#reading -= 1;
      this.#readingBytes -= mostBytes;
    }
  }
}
