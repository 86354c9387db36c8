import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  type GetRecordsOutput,
  GetShardIteratorCommand,
  type GetShardIteratorInput,
  type KinesisClient,
  ListShardsCommand,
  type ListShardsOutput,
  PutRecordsCommand,
  type StreamDescriptionSummary,
} from "@aws-sdk/client-kinesis";
import {
  ExpiredIteratorError,
  IllegalArgumentError,
  IllegalStateError,
  StreamNotFoundError,
  ThrottledError,
  ValueTooLargeError,
} from "../errors/index.js";
import type {
  Clock,
  GetRecordsResult,
  PutEntry,
  PutResult,
  Shard,
  ShardStart,
  StreamDescription,
  StreamSource,
} from "../ports/index.js";
import { checkEntries } from "../streamlog/index.js";
import { ShardRanges } from "./hash-ranges.js";
import {
  CREATE_PATIENCE_MILLIS,
  CREATE_POLL_MILLIS,
  DESCRIPTION_LIFETIME_MILLIS,
  FIRST_READ_PAUSE_MILLIS,
  GREATEST_READ_PAUSE_MILLIS,
  READ_PATIENCE_MILLIS,
} from "./limits.js";
import { parentsFirst } from "./parents-first.js";
import { putRequests } from "./put-requests.js";
import { ReadPace } from "./read-pace.js";
import { ReadPlaces } from "./read-places.js";
import { fromStart, isAggregate, isFull, receivedBytes, toRecords } from "./received-records.js";
import { errorMessage, errorName, isThrottle } from "./service-errors.js";
import { packIterator, type ShardIterator, unpackIterator } from "./shard-iterator.js";

export interface KinesisStreamSourceOptions {
  /** Real stream (name or ARN) of a stream name in the program; those not named here are called the same. */
  readonly names?: Readonly<Record<string, string>>;
}

/**
 * Kinesis data streams.
 *
 * 1. A shard is read at the pace Kinesis allows, five calls and 2 MB a second; a refused read waits and is tried again,
 *    until {@link READ_PATIENCE_MILLIS} are over.
 * 2. Where a read ended is remembered for as long as Kinesis' iterator lives, so that the next batch of a process that is still
 *    warm begins without asking for one, and a stretch without records is not searched again.
 * 3. Records aggregated by the KPL are unpacked; a position stays between whole Kinesis records. `limit` counts those.
 *
 * @example
 * const streams = new KinesisStreamSource(awsClients().kinesis, new SystemClock(), { names: { words: "prod-words" } });
 */
export class KinesisStreamSource implements StreamSource {
  readonly #client: KinesisClient;
  readonly #clock: Clock;
  readonly #names: Readonly<Record<string, string>>;
  readonly #descriptions = new Map<string, { readonly description: StreamDescription; readonly until: number }>();
  readonly #paces = new Map<string, ReadPace>();
  readonly #places: ReadPlaces;
  readonly #ranges: ShardRanges;

  constructor(client: KinesisClient, clock: Clock, options: KinesisStreamSourceOptions = {}) {
    this.#client = client;
    this.#clock = clock;
    this.#names = options.names ?? {};
    this.#places = new ReadPlaces(clock);
    this.#ranges = new ShardRanges((stream) => this.#listAll(stream));
  }

  /** Believed for a minute: a stream made again within it is noticed then, and its shards refuse old positions before. */
  async describe(stream: string): Promise<StreamDescription | undefined> {
    const known = this.#descriptions.get(stream);
    if (known !== undefined && this.#clock.monotonic() < known.until) return known.description;
    const summary = await this.#summary(stream);
    if (summary === undefined) return undefined;
    const description: StreamDescription = {
      id: `${summary.StreamARN}@${summary.StreamCreationTimestamp?.getTime()}`,
      retentionMillis: (summary.RetentionPeriodHours ?? 0) * 3_600_000,
    };
    this.#descriptions.set(stream, { description, until: this.#clock.monotonic() + DESCRIPTION_LIFETIME_MILLIS });
    return description;
  }

  /** Resolves when the stream is active. @throws {IllegalStateError} when that takes too long. */
  async create(stream: string, shards: number): Promise<void> {
    const StreamName = this.#names[stream] ?? stream;
    try {
      await this.#client.send(new CreateStreamCommand({ StreamName, ShardCount: shards }));
    } catch (error) {
      if (errorName(error) !== "ResourceInUseException") throw this.#failure(error, stream);
    }
    const patience = this.#clock.monotonic() + CREATE_PATIENCE_MILLIS;
    for (;;) {
      const status = (await this.#summary(stream))?.StreamStatus;
      if (status === "ACTIVE" || status === "UPDATING") return;
      if (this.#clock.monotonic() > patience) {
        throw new IllegalStateError(`Stream ${stream} is still ${status ?? "missing"}.`, { stream, status });
      }
      await this.#clock.sleep(CREATE_POLL_MILLIS);
    }
  }

  async listShards(stream: string): Promise<readonly Shard[]> {
    const listed = await this.#listAll(stream);
    return parentsFirst(
      listed.map((shard) => ({
        shardId: shard.ShardId ?? "",
        parentShardIds: [shard.ParentShardId, shard.AdjacentParentShardId].filter((parent) => parent !== undefined),
        closed: shard.SequenceNumberRange?.EndingSequenceNumber !== undefined,
      })),
    );
  }

  /** Kinesis' own lives for five minutes; a remembered one has at least one left. */
  async getIterator(stream: string, shardId: string, start: ShardStart): Promise<string> {
    const iterator = this.#places.find(stream, shardId, start) ?? (await this.#newIterator(stream, shardId, start));
    return packIterator({ stream, shardId, start, iterator });
  }

  async getRecords(packed: string, limit: number): Promise<GetRecordsResult> {
    const at = unpackIterator(packed);
    const reply = await this.#read(at, limit);
    const received = reply.Records ?? [];
    const range = received.some(isAggregate) ? await this.#ranges.of(at.stream, at.shardId) : undefined;
    const records = toRecords(fromStart(received, at.start), range);
    if (!reply.NextShardIterator) {
      this.#forget(at);
      const childShards = await this.#childrenOf(at, reply);
      return { records, nextIterator: undefined, millisBehindLatest: 0, childShards };
    }
    const last = records.at(-1)?.sequenceNumber;
    const start: ShardStart = last === undefined ? at.start : { type: "after-sequence-number", sequenceNumber: last };
    const next = { ...at, start, iterator: reply.NextShardIterator };
    this.#places.remember(next);
    // Milliseconds cannot tell apart records that arrived in the same one: a full reply is not the tip until the next one says so.
    const behind = Math.max(reply.MillisBehindLatest ?? 0, isFull(received, limit) ? 1 : 0);
    return { records, nextIterator: packIterator(next), millisBehindLatest: behind, childShards: [] };
  }

  /**
   * After a request in which Kinesis refused an entry nothing more is sent: the entries after it are refused as well, so that
   * none of them overtakes it. Within that one request Kinesis itself keeps no order. A request whose answer is lost is
   * sent again, so its records may be there twice.
   */
  async putRecords(stream: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    checkEntries(stream, entries);
    const results: PutResult[] = [];
    let refusal: Refusal | undefined;
    for (const request of putRequests(entries)) {
      try {
        results.push(...(await this.#putOnce(stream, request)));
      } catch (error) {
        // What went before is in the stream, so the caller must hear of it.
        if (results.length === 0) throw this.#failure(error, stream);
        results.push(...request.map(() => ({ errorCode: errorName(error), errorMessage: errorMessage(error) })));
      }
      refusal = results.find(isRefusal);
      if (refusal !== undefined) break;
    }
    const unsent = { errorCode: "", ...refusal, errorMessage: "Not sent: an earlier record of the call was refused." };
    return entries.map((_, index) => results[index] ?? unsent);
  }

  async #putOnce(stream: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    const reply = await this.#client.send(
      new PutRecordsCommand({
        ...this.#address(stream),
        Records: entries.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data })),
      }),
    );
    return entries.map((_, index) => {
      const { ShardId, SequenceNumber, ErrorCode, ErrorMessage } = reply.Records?.[index] ?? {};
      if (ShardId && SequenceNumber) return { shardId: ShardId, sequenceNumber: SequenceNumber };
      return { errorCode: ErrorCode ?? "InternalFailure", errorMessage: ErrorMessage ?? "No result came back." };
    });
  }

  async #newIterator(stream: string, shardId: string, start: ShardStart): Promise<string> {
    const place = { ...this.#address(stream), ShardId: shardId };
    try {
      return await this.#iteratorOf({ ...place, ...startInput(start) });
    } catch (error) {
      if (isFutureTimestamp(error, start)) {
        // By Kinesis' clock the time is still to come, so everything in the shard is older.
        return await this.#iteratorOf({ ...place, ShardIteratorType: "LATEST" });
      }
      if (errorName(error) === "ResourceNotFoundException" && (await this.#summary(stream)) !== undefined) {
        throw new IllegalArgumentError(`Stream ${stream} has no shard ${shardId}.`, { stream, shardId });
      }
      throw this.#failure(error, stream, shardId);
    }
  }

  async #iteratorOf(input: GetShardIteratorInput): Promise<string> {
    return (await this.#client.send(new GetShardIteratorCommand(input))).ShardIterator ?? "";
  }

  /** One read, at the shard's pace. @throws {ThrottledError} @throws {ExpiredIteratorError} */
  async #read(at: ShardIterator, limit: number): Promise<GetRecordsOutput> {
    const { stream, shardId } = at;
    const pace = this.#paceOf(at);
    const patience = this.#clock.monotonic() + READ_PATIENCE_MILLIS;
    for (let pause = FIRST_READ_PAUSE_MILLIS; ; pause = Math.min(2 * pause, GREATEST_READ_PAUSE_MILLIS)) {
      await this.#clock.sleep(pace.reserve(this.#clock.monotonic()));
      const sentAt = this.#clock.monotonic();
      try {
        const reply = await this.#client.send(new GetRecordsCommand({ ShardIterator: at.iterator, Limit: limit }));
        pace.received(sentAt, receivedBytes(reply.Records ?? []));
        return reply;
      } catch (error) {
        if (!isThrottle(error) || this.#clock.monotonic() + pause > patience) {
          this.#places.forget(stream, shardId);
          throw this.#failure(error, stream, shardId);
        }
        // Several readers of a shard should not come back at the same moment.
        await this.#clock.sleep(pause * (0.5 + Math.random() / 2));
      }
    }
  }

  /** Kinesis names the children with the last reply; emulators do not always. */
  async #childrenOf({ stream, shardId }: ShardIterator, reply: GetRecordsOutput): Promise<readonly Shard[]> {
    if (reply.ChildShards !== undefined && reply.ChildShards.length > 0) {
      return reply.ChildShards.map((child) => ({
        shardId: child.ShardId ?? "",
        parentShardIds: child.ParentShards ?? [],
        closed: false,
      }));
    }
    return (await this.listShards(stream)).filter(({ parentShardIds }) => parentShardIds.includes(shardId));
  }

  async #listAll(stream: string): Promise<NonNullable<ListShardsOutput["Shards"]>> {
    const shards: NonNullable<ListShardsOutput["Shards"]> = [];
    let page: ListShardsOutput | undefined;
    do {
      // A token stands for stream and page; together with a name it would be refused.
      const input = page?.NextToken ? { NextToken: page.NextToken } : this.#address(stream);
      try {
        page = await this.#client.send(new ListShardsCommand(input));
      } catch (error) {
        throw this.#failure(error, stream);
      }
      shards.push(...(page.Shards ?? []));
    } while (page.NextToken);
    return shards;
  }

  /** Undefined when there is no such stream. */
  async #summary(stream: string): Promise<StreamDescriptionSummary | undefined> {
    try {
      const reply = await this.#client.send(new DescribeStreamSummaryCommand(this.#address(stream)));
      return reply.StreamDescriptionSummary;
    } catch (error) {
      if (errorName(error) === "ResourceNotFoundException") return undefined;
      throw this.#failure(error, stream);
    }
  }

  #address(stream: string): { StreamName: string } | { StreamARN: string } {
    const name = this.#names[stream] ?? stream;
    return name.startsWith("arn:") ? { StreamARN: name } : { StreamName: name };
  }

  #paceOf({ stream, shardId }: ShardIterator): ReadPace {
    const key = `${stream}/${shardId}`;
    const pace = this.#paces.get(key) ?? new ReadPace();
    this.#paces.set(key, pace);
    return pace;
  }

  /** Nobody reads on after the end of a shard. */
  #forget({ stream, shardId }: ShardIterator): void {
    this.#paces.delete(`${stream}/${shardId}`);
    this.#places.forget(stream, shardId);
    this.#ranges.forget(stream, shardId);
  }

  /** The error in the port's terms. */
  #failure(error: unknown, stream: string, shardId?: string): unknown {
    const details = { stream, ...(shardId !== undefined && { shardId }) };
    const what = shardId === undefined ? `stream ${stream}` : `shard ${shardId} of stream ${stream}`;
    if (isThrottle(error)) {
      return new ThrottledError(`Kinesis refuses calls for ${what}: ${errorMessage(error)}`, details, error);
    }
    switch (errorName(error)) {
      case "ResourceNotFoundException":
        return new StreamNotFoundError(stream);
      case "ExpiredIteratorException":
        return new ExpiredIteratorError(`The iterator of ${what} is older than five minutes.`, details);
      case "InvalidArgumentException":
      case "ValidationException":
        return invalid(`Kinesis does not accept a call for ${what}: ${errorMessage(error)}`, details);
      default:
        return error;
    }
  }
}

type Refusal = Extract<PutResult, { readonly errorCode: string }>;

function isRefusal(result: PutResult): result is Refusal {
  return "errorCode" in result;
}

function invalid(message: string, details: Readonly<Record<string, string>>): Error {
  // The one limit that is the stream's own: how large its records may be.
  const isSize = /records?\.\d+\.member\.data|maximum record size|record size/i.test(message);
  return isSize ? new ValueTooLargeError(message, details) : new IllegalArgumentError(message, details);
}

function startInput(start: ShardStart): Pick<GetShardIteratorInput, "StartingSequenceNumber" | "Timestamp"> & {
  ShardIteratorType: "TRIM_HORIZON" | "AFTER_SEQUENCE_NUMBER" | "AT_TIMESTAMP";
} {
  switch (start.type) {
    case "trim-horizon":
      return { ShardIteratorType: "TRIM_HORIZON" };
    case "after-sequence-number":
      return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: start.sequenceNumber };
    case "at-timestamp":
      return { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(start.timestamp) };
  }
}

/** Kinesis refuses a time that its clock has not reached: "cannot be greater than the currentTimestampInMillis". */
function isFutureTimestamp(error: unknown, start: ShardStart): boolean {
  return (
    start.type === "at-timestamp" &&
    errorName(error) === "InvalidArgumentException" &&
    /timestamp/i.test(errorMessage(error))
  );
}
