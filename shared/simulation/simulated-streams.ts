/** The streams of a simulation: records arrive, shards are split and merged; and what laws must know of them. */
import type { Clock, StreamRecord } from "../ports/index.js";
import type { Draws } from "./draws.js";
import type { StreamFacts } from "./law.js";
import { MemoryStreamSource } from "./memory-stream-source.js";
import type { FedRecord } from "./workload.js";

/** More shards would only make runs slower. */
const MAX_OPEN_SHARDS = 4;

export class SimulatedStreams implements StreamFacts {
  readonly source: MemoryStreamSource;
  /** By shard, as `stream/shard`. */
  readonly parents = new Map<string, readonly string[]>();
  readonly closed = new Set<string>();
  readonly #clock: Clock;
  readonly #logs = new Map<string, StreamRecord[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.source = new MemoryStreamSource(clock);
  }

  log(shard: string): readonly StreamRecord[] {
    return this.#logs.get(shard) ?? [];
  }

  async create(stream: string, shards: number): Promise<void> {
    await this.source.create(stream, shards);
    await this.#look(stream);
  }

  async put({ stream, key, text }: FedRecord): Promise<void> {
    const data = Buffer.from(text);
    const [result] = await this.source.putRecords(stream, [{ partitionKey: key, data }]);
    if (result === undefined || !("shardId" in result)) return;
    const { shardId, sequenceNumber } = result;
    const name = `${stream}/${shardId}`;
    const log = this.#logs.get(name) ?? [];
    log.push({ sequenceNumber, arrivalTime: this.#clock.now(), partitionKey: key, data });
    this.#logs.set(name, log);
  }

  async split(stream: string, draws: Draws): Promise<void> {
    const open = await this.#open(stream);
    if (open.length < MAX_OPEN_SHARDS) await this.source.split(stream, draws.pick(open));
    await this.#look(stream);
  }

  /** Merges the first two that are neighbours. */
  async merge(stream: string): Promise<void> {
    const open = await this.#open(stream);
    const pairs = open.flatMap((shard, i) => open.slice(i + 1).map((other) => [shard, other] as const));
    for (const [shard, other] of pairs) {
      const merged = await this.source.merge(stream, shard, other).then(
        () => true,
        () => false,
      );
      if (merged) break;
    }
    await this.#look(stream);
  }

  async #open(stream: string): Promise<readonly string[]> {
    return (await this.source.listShards(stream)).filter(({ closed }) => !closed).map(({ shardId }) => shardId);
  }

  async #look(stream: string): Promise<void> {
    for (const { shardId, parentShardIds, closed } of await this.source.listShards(stream)) {
      const parents = parentShardIds.map((parent) => `${stream}/${parent}`);
      this.parents.set(`${stream}/${shardId}`, parents);
      if (closed) this.closed.add(`${stream}/${shardId}`);
    }
  }
}
