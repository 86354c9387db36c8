/**
 * A process that dies, or whose calls fail, at any point, and another one that goes on from what is left. Whatever the
 * point: state counts every record once and in order (I4), what was committed does not change (I5), outputs send what was
 * committed and nothing else, per token one content (I7), and it ends (I8).
 */
import fc from "fast-check";
import { jobName, readHead, readManifest } from "../../shared/checkpoint/index.js";
import { observe, program, type RunOptions, type Seen, World } from "../engine/world.js";
import { type Fault, interrupted } from "./interrupted.js";

const BATCHES = 3;
const PER_BATCH = 2;
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
class Life {
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
    { retainBatches: 2, maxRecordsPerShard: PER_BATCH },
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
    expect(await this.committed()).toBe(BATCHES);
    // The first batch has the first tick after the start of whoever claimed its plan.
    const times = [...this.seen.keys()].sort((a, b) => a - b);
    expect(times).toHaveLength(BATCHES);
    let before = new Map<string, string[]>();
    for (const [i, time] of times.entries()) {
      const batch = i + 1;
      const state = new Map(this.seen.get(time));
      const expected = new Map<string, number[]>();
      for (const [key, value] of QUEUE.slice(0, batch).flat()) expected.set(key, [...(expected.get(key) ?? []), value]);
      expected.set(
        "stream",
        Array.from({ length: batch * PER_BATCH }, (_, i) => i),
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
    expect(this.sink.size).toBe(2 * BATCHES);
    expect(this.contradictions).toEqual([]);
    expect(this.stepTokens.size).toBe(BATCHES);
  }
}

async function liveThrough(
  crashes: readonly (readonly [number, Fault])[],
  executors: RunOptions["executors"],
): Promise<number> {
  const life = new Life();
  await life.prepare();
  let calls = 0;
  for (const [n, fault] of crashes) calls = await life.process(executors, n, fault);
  await life.process(executors, Number.POSITIVE_INFINITY, "die before");
  await life.expectExact();
  return calls;
}

const faults: readonly Fault[] = ["die before", "die after", "fail before", "fail after"];

/** Lives through a fault at each port call of a process; which fault it is may depend on the call. */
async function sweep(faultAt: (n: number) => Fault, executors: RunOptions["executors"]): Promise<void> {
  for (let n = 1; ; n++) {
    const fault = faultAt(n);
    const calls = await liveThrough([[n, fault]], executors).catch((error: unknown) => {
      throw new Error(`${fault} call ${n}`, { cause: error });
    });
    if (calls >= n) continue;
    // The process ended well before its fault.
    expect(calls).toBeGreaterThan(40);
    return;
  }
}

describe("an application in one process", () => {
  it("is exact when nothing happens", async () => {
    await liveThrough([], {});
  });

  it.each(faults)(
    "is exact when it is to %s any one port call",
    async (fault) => {
      await sweep(() => fault, {});
    },
    30_000,
  );
});

describe("an application on two isolated executors", () => {
  const executors = { count: 2, isolated: true };

  it("is exact when nothing happens", async () => {
    await liveThrough([], executors);
  });

  // All four faults at each of its many calls would take too long; neighbours get different ones.
  it("is exact when it dies or fails at any one port call", async () => {
    await sweep((n) => faults[n % faults.length] as Fault, executors);
  }, 30_000);
});

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

describe(`an application whose processes die again and again (SEED=${seed})`, () => {
  it("is exact", async () => {
    const crash = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.constantFrom(...faults));
    const executors = fc.record({ count: fc.integer({ min: 1, max: 2 }), isolated: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { minLength: 2, maxLength: 6 }), executors, async (crashes, where) => {
        await liveThrough(crashes, where);
      }),
      { seed, numRuns: 150 },
    );
  }, 30_000);
});
