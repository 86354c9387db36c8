import { keyByField, keyByHash, type PutCounts, putLines } from "../../../cli/deployed/put-lines.js";
import { StreamNotFoundError, ThrottledError } from "../../../shared/errors/index.js";
import type { Clock, PutEntry, PutResult, StreamSource } from "../../../shared/ports/index.js";

/** A stream that does to each call what it is told, and takes everything afterwards. */
class FakeStream {
  readonly calls: string[][] = [];
  readonly taken: string[] = [];
  readonly #does: ((entries: readonly PutEntry[]) => readonly boolean[])[];

  constructor(...does: ((entries: readonly PutEntry[]) => readonly boolean[])[]) {
    this.#does = does;
  }

  async putRecords(_: string, entries: readonly PutEntry[]): Promise<readonly PutResult[]> {
    const texts = entries.map(({ data }) => Buffer.from(data).toString());
    this.calls.push(texts);
    const takes = this.#does.shift()?.(entries) ?? entries.map(() => true);
    this.taken.push(...texts.filter((_, i) => takes[i]));
    return takes.map((is) =>
      is
        ? { shardId: "s", sequenceNumber: "1" }
        : { errorCode: "ProvisionedThroughputExceededException", errorMessage: "slow" },
    );
  }
}

const slept: number[] = [];
const clock = { sleep: async (ms: number) => void slept.push(ms) } as unknown as Clock;

async function* chunks(...some: readonly string[][]): AsyncGenerator<readonly string[]> {
  yield* some;
}

async function put(stream: FakeStream, lines: AsyncIterable<readonly string[]>, signal = new AbortController().signal) {
  slept.length = 0;
  const counts: PutCounts = { records: 0, bytes: 0, retried: 0 };
  const done = putLines({ streams: stream as unknown as StreamSource, clock }, "s", lines, keyByHash, counts, signal);
  const error = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  return { counts, error };
}

describe("putLines", () => {
  it("puts all lines, in calls that Kinesis takes, and counts them", async () => {
    const stream = new FakeStream();
    const lines = Array.from({ length: 1201 }, (_, i) => `line ${i}`);
    const { counts } = await put(stream, chunks(lines, ["é"]));
    expect(stream.calls.map(({ length }) => length)).toEqual([500, 500, 201, 1]);
    expect(stream.taken).toEqual([...lines, "é"]);
    expect(counts).toEqual({ records: 1202, bytes: Buffer.byteLength([...lines, "é"].join("")), retried: 0 });
  });

  it("puts what was refused again, and nothing else twice", async () => {
    const stream = new FakeStream(() => [true, false, true, false]);
    const { counts } = await put(stream, chunks(["a", "b", "c", "d"], ["e"]));
    expect(stream.calls).toEqual([["a", "b", "c", "d"], ["b", "d"], ["e"]]);
    expect(counts).toMatchObject({ records: 5, retried: 2 });
    expect(slept).toEqual([100]);
  });

  it("takes a call that was throttled for one whose every record was refused", async () => {
    const stream = new FakeStream(() => {
      throw new ThrottledError("slow down");
    });
    expect((await put(stream, chunks(["a"]))).counts).toMatchObject({ records: 1, retried: 1 });
  });

  it("waits longer and longer, and gives up when nothing is taken any more", async () => {
    const stream = new FakeStream(
      ...Array.from({ length: 100 }, () => (some: readonly PutEntry[]) => some.map(() => false)),
    );
    const { error, counts } = await put(stream, chunks(["a"]));
    expect(error).toBeInstanceOf(ThrottledError);
    expect((error as Error).message).toContain("ProvisionedThroughputExceededException: slow");
    expect(counts.records).toBe(0);
    expect(slept.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(Math.max(...slept)).toBe(5000);
    expect(stream.calls).toHaveLength(16);
  });

  it("ends with other errors, and has counted what was taken before", async () => {
    const stream = new FakeStream(
      (some) => some.map(() => true),
      () => {
        throw new StreamNotFoundError("s");
      },
    );
    const { error, counts } = await put(stream, chunks(["a"], ["b"]));
    expect(error).toBeInstanceOf(StreamNotFoundError);
    expect(counts.records).toBe(1);
  });

  it("puts nothing more when it is to end", async () => {
    const stop = new AbortController();
    const stream = new FakeStream((some) => {
      stop.abort();
      return some.map(() => true);
    });
    expect((await put(stream, chunks(["a"], ["b"]), stop.signal)).counts.records).toBe(1);
  });
});

describe("partition keys", () => {
  it("are hashes: the same for the same line", () => {
    expect(keyByHash("a", 1)).toMatch(/^[0-9a-f]{32}$/);
    expect(keyByHash("a", 1)).toBe(keyByHash("a", 2));
    expect(keyByHash("a", 1)).not.toBe(keyByHash("b", 1));
  });

  it("are a field's text or number", () => {
    expect(keyByField("user")('{"user":"ann"}', 1)).toBe("ann");
    expect(keyByField("user")('{"user":7}', 1)).toBe("7");
  });

  it.each(["no json", '{"other":1}', '{"user":null}', '{"user":""}', '{"user":{}}', "null", "[]", "7"])(
    "are not to be had of %s",
    (line) => {
      expect(() => keyByField("user")(line, 12)).toThrow(
        /^Line 12 is no JSON object with a text or number in "user": /,
      );
    },
  );
});
