/**
 * What the codec costs, on the shapes that batches have. Prints the median of each over a number of runs.
 *
 *   npx esbuild bench/codec.bench.ts --bundle --platform=node --format=esm | node --input-type=module
 */
import { performance } from "node:perf_hooks";
import {
  decodeColumn,
  encodeColumn,
  encodePairs,
  forEachInColumn,
  forEachPair,
  hashKey,
  KeyMap,
} from "../shared/codec/index.js";

const RUNS = 15;

function bench(name: string, run: () => unknown): void {
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  const [best = 0] = times.sort((a, b) => a - b);
  const median = times[RUNS >> 1] ?? 0;
  console.log(`${name.padEnd(52)} ${median.toFixed(2).padStart(8)} ms  (best ${best.toFixed(2)})`);
}

/** Words of 2 to 10 letters, 20,000 different ones, as strings that were cut out of a text. */
function makeWords(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const n = (i * 7919) % 20_000;
    const word = Buffer.from(`${n.toString(26)}abcdefgh`.slice(0, 2 + (n % 9)));
    return word.toString("latin1");
  });
}

const words = makeWords(100_000);
const counts = words.map((_, i) => i % 300);
const pairs = encodePairs(words, counts);
bench("encode 100k [word, count]", () => encodePairs(words, counts));
bench("decode 100k [word, count], pair by pair", () => forEachPair(pairs, () => {}));
bench("decode 100k [word, count], as tuples", () => decodeColumn(pairs));

const manyWords = makeWords(2_000_000);
const ones = manyWords.map(() => 1);
const memory = new SharedArrayBuffer(32 * 2 ** 20);
const inMemory = (byteLength: number) => new Uint8Array(memory, 0, byteLength);
const manyPairs = encodePairs(manyWords, ones, inMemory);
bench("encode 2M [word, 1] into shared memory", () => encodePairs(manyWords, ones, inMemory));
bench("decode 2M [word, 1] from shared memory", () => forEachPair(manyPairs, () => {}));

const lines = Array.from({ length: 200_000 }, (_, i) => words.slice(i % 90_000, (i % 90_000) + 12).join(" "));
const text = encodeColumn(lines);
bench("encode 200k lines", () => encodeColumn(lines));
bench("decode 200k lines, line by line", () => forEachInColumn(text, () => {}));

const records = words.map((user, id) => ({ id, user, at: 1.7e12 + id, amount: id / 4, ok: id % 3 === 0 }));
const table = encodeColumn(records);
bench("encode 100k records of 5 fields", () => encodeColumn(records));
bench("decode 100k records of 5 fields", () => decodeColumn(table));

bench("hash 100k words", () => words.reduce((sum, word) => sum ^ hashKey(word), 0));
bench("count 2M words in a KeyMap", () => count(manyWords, new KeyMap<number>()));
bench("count 2M words in a Map", () => count(manyWords, new Map<unknown, number>()));
const composites = words.map((word, i) => [word, i % 10]);
bench("count 100k composite keys in a KeyMap", () => count(composites, new KeyMap<number>()));

interface Counts {
  get(key: unknown): number | undefined;
  set(key: unknown, count: number): unknown;
}

function count(keys: readonly unknown[], map: Counts): void {
  for (const key of keys) map.set(key, (map.get(key) ?? 0) + 1);
}
