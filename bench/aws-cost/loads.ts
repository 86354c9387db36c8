/** What is put into the stream for each batch. */
import type { KinesisStreamSource } from "../../shared/aws/index.js";

export interface Load {
  readonly name: string;
  readonly recordBytes: number;
  recordsOf(shards: number): number;
}

/** Light: 2 KB a shard, which the scheduler does alone up to a hundred shards. Heavy: too much for that, so executors work. */
export const LOADS: readonly Load[] = [
  { name: "light", recordBytes: 200, recordsOf: (shards) => shards * 10 },
  { name: "heavy", recordBytes: 20_000, recordsOf: (shards) => Math.max(20, shards * 2) },
];

/** Every batch touches all of them. */
const WORDS = Array.from({ length: 1000 }, (_, i) => `word-${i}`);

/** Puts one batch's records, evenly over the shards. */
export async function feed(
  source: KinesisStreamSource,
  { recordBytes, recordsOf }: Load,
  shards: number,
): Promise<void> {
  const entries = Array.from({ length: recordsOf(shards) }, (_, i) => ({
    partitionKey: String(i),
    data: Buffer.from(lineOf(i, recordBytes)),
  }));
  const results = await source.putRecords("lines", entries);
  const refused = results.filter((result) => "errorCode" in result).length;
  if (refused > 0) console.error(`${refused} records were refused`);
}

function lineOf(seed: number, bytes: number): string {
  let line = "";
  for (let i = seed * 7; line.length < bytes; i++) line += `${WORDS[i % WORDS.length]} `;
  return line.trim();
}
