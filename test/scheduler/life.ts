/**
 * An application whose processes may die, fail or fight, and what must be true of it all the same: state counts every
 * record once and in order (I4), what was committed does not change (I5), outputs send what was committed and nothing
 * else, one content a token (I7), and it comes to its end (I8).
 */
import { jobName, readHead, readManifest } from "../../shared/checkpoint/index.js";
import { observe, program, type RunOptions, type Seen, World } from "../engine/world.js";
import { type Fault, interrupted } from "./interrupted.js";
import { reachable } from "./reachable.js";

export const BATCHES = 3;
const PER_BATCH = 2;
const RETAINED = 2;
/** Numbers in the order in which they come, per key. */
const QUEUE: [string, number][][] = [
  [
    ["a", 1],
    ["b", 1],
    ["a", 2],
  ],
  [
    ["c", 1],
    ["a", 3],
  ],
  [
    ["b", 2],
    ["c", 2],
    ["a", 4],
  ],
];

/** The life of an application over processes that may die. */
export class Life {
  readonly world = new World();
  /** State as it was sent, by batch time. */
  readonly seen: Seen<[string, string[]]> = new Map();
  /** What the sink got, by token. */
  readonly sink = new Map<string, string[]>();
  /** What went wrong with what the sink got. */
  readonly contradictions: string[] = [];
  readonly stepTokens = new Set<string>();
  #executions = 0;

  readonly app = program(
    (ssc) => {
      const queued = ssc.queueStream(QUEUE, { numPartitions: 2 });
      const numbers = ssc.kinesisStream("numbers").mapToPair((text) => ["stream", Number(text)]);
      const history = queued.union(numbers).updateStateByKey<string[]>(
        // Not deterministic: who computes the same again comes to something else, and must not be believed.
        (values, state = []) =>
          values.length === 0 ? state : [...state, `${values.join("+")} (${++this.#executions})`],
        { numPartitions: 2, name: "history" },
      );
      observe(ssc, history, this.seen);
      history.saveAsTextFiles("out");
      history.foreachRDD(async (rdd, time, { step }) => {
        const n = await rdd.count();
        await step("sent", (token) => void this.stepTokens.add(`${token} ${time.milliseconds} ${n}`));
        await rdd.foreachPartition((rows, { token }) =>
          this.#send(
            token,
            rows.map((row) => JSON.stringify(row)),
          ),
        );
      });
    },
    { retainBatches: RETAINED, maxRecordsPerShard: PER_BATCH },
  );

  async prepare(): Promise<void> {
    await this.world.streams.create("numbers", 1);
    const entries = Array.from({ length: BATCHES * PER_BATCH }, (_, i) => ({
      partitionKey: "k",
      data: Buffer.from(String(i)),
    }));
    await this.world.streams.putRecords("numbers", entries);
  }

  /** Runs a process to its end, whichever that is. */
  async process(executors: RunOptions["executors"], n: number, fault: Fault): Promise<number> {
    const { ports, died, calls } = interrupted(this.world.ports, n, fault);
    const batches = BATCHES - (await this.committed());
    const run = this.world.run(this.app, { batches, ports, ...(executors && { executors }) });
    await Promise.race([run.catch(() => {}), died]);
    return calls();
  }

  async committed(): Promise<number> {
    const job = jobName("test");
    const head = await readHead(this.world.table, job);
    if (head === undefined || head.manifest === "") return 0;
    return (await readManifest(this.world, job, head.manifest, head.manifestHash))?.batches ?? 0;
  }

  /** A sink that takes each token once, and should never be offered something else under it. */
  #send(token: string, rows: string[]): void {
    const before = this.sink.get(token);
    if (before === undefined) this.sink.set(token, rows);
    else if (JSON.stringify(before) !== JSON.stringify(rows))
      this.contradictions.push(`${token}: ${before} and ${rows}`);
  }

  /** The values in a history, without who put them there. */
  static valuesOf(history: readonly string[]): number[] {
    return history.flatMap((entry) => entry.replace(/ .*/, "").split("+").map(Number));
  }

  async expectExact(): Promise<void> {
    const manifests = await reachable(this.world, RETAINED);
    expect(manifests[0]?.batches).toBeGreaterThanOrEqual(BATCHES);
    // The first batch has the first tick after the start of whoever claimed its plan.
    const times = [...this.seen.keys()].sort((a, b) => a - b);
    expect(times).toHaveLength(manifests[0]?.batches ?? 0);
    let before = new Map<string, string[]>();
    for (const [i, time] of times.entries()) {
      const batch = Math.min(i + 1, BATCHES);
      const state = new Map(this.seen.get(time));
      const expected = new Map<string, number[]>();
      for (const [key, value] of QUEUE.slice(0, batch).flat()) expected.set(key, [...(expected.get(key) ?? []), value]);
      expected.set(
        "stream",
        Array.from({ length: batch * PER_BATCH }, (_, n) => n),
      );
      expect(new Map([...state].map(([key, history]) => [key, Life.valuesOf(history)]))).toEqual(expected);
      for (const [key, history] of before) expect(state.get(key)?.slice(0, history.length)).toEqual(history);
      before = state;

      const rows = [...state].map((row) => JSON.stringify(row)).sort();
      const sent = [...this.sink].filter(([token]) => token.includes(`/${time}/`));
      expect(sent).toHaveLength(2);
      expect(sent.flatMap(([, some]) => some).sort()).toEqual(rows);
      const files = (await this.world.files.list(`out-${time}`)).map(({ path }) => path);
      const texts = await Promise.all(files.map((path) => this.world.files.read(path, 0, 1e6)));
      const lines = texts.flatMap((text) => Buffer.from(text).toString().trimEnd().split("\n"));
      expect(lines.sort()).toEqual(rows);
    }
    expect(this.sink.size).toBe(2 * times.length);
    expect(this.contradictions).toEqual([]);
    expect(this.stepTokens.size).toBe(times.length);
  }
}
