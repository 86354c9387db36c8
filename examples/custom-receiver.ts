/**
 * A receiver of your own, reliable from end to end. The feed numbers its records and sends again what is not acknowledged:
 *
 *   node examples/feeder.mjs --numbered
 *   npx sluice run examples/custom-receiver.ts --checkpoint .sluice/custom-receiver
 *
 * Three steps make it exact, whatever is killed when:
 * 1. The receiver acknowledges a record when `store` has resolved, not before: no record is lost.
 * 2. Killed between the two, it gets the record again and stores it twice. So the number travels with the record, and a
 *    state remembers the highest number seen: what is not above it has been counted and is dropped.
 * 3. State and position in the stream move together, in one commit: neither can get ahead of the other.
 */
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { Receiver, seconds, streamingApp } from "sluice";

const port = Number(process.env.SLUICE_FEED_PORT ?? 9999);
const out = process.env.SLUICE_OUT ?? "out";

/** A record: its number, and a sentence. */
type Numbered = readonly [number: number, sentence: string];

/** How far the feed has been counted, and what this batch added. */
interface Progress {
  readonly highest: number;
  readonly fresh: readonly Numbered[];
}

class NumberedFeed extends Receiver<Numbered> {
  #socket: Socket | undefined;

  onStart(): void {
    this.#socket = connect(port, "127.0.0.1");
    this.#receive(this.#socket).then(
      () => this.#again("The feed ended."),
      (error: unknown) => this.#again("The feed failed.", error),
    );
  }

  onStop(): void {
    this.#socket?.destroy();
  }

  async #receive(socket: Socket): Promise<void> {
    let rest = "";
    for await (const text of socket.setEncoding("utf8")) {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop() ?? "";
      const records = lines.map(parse);
      const last = records.at(-1);
      if (last === undefined) continue;
      await this.storeAll(records);
      socket.write(`ack ${last[0]}\n`);
    }
  }

  #again(message: string, error?: unknown): void {
    if (this.isStarted()) this.restart(message, error, 500);
  }
}

function parse(line: string): Numbered {
  const [number = "", sentence = ""] = line.split("\t");
  return [Number(number), sentence];
}

/** Records come in the order of their numbers, with repetitions. */
function advance(records: readonly Numbered[], before: Progress = { highest: 0, fresh: [] }): Progress {
  const fresh: Numbered[] = [];
  let { highest } = before;
  for (const record of records) {
    if (record[0] <= highest) continue;
    highest = record[0];
    fresh.push(record);
  }
  return fresh.length === 0 && before.fresh.length === 0 ? before : { highest, fresh };
}

export default streamingApp("custom-receiver", { batchDuration: seconds(1) }, (ssc) => {
  const fresh = ssc
    .receiverStream(() => new NumberedFeed(), { name: "feed" })
    .mapToPair((record) => ["feed", record])
    .updateStateByKey<Progress>(advance, { name: "progress", numPartitions: 1 })
    .flatMap(([, progress]) => progress.fresh);

  // Every number once: one file a batch, written once.
  fresh.map(([number, sentence]) => `${number}\t${sentence}`).saveAsTextFiles(join(out, "records"));

  fresh
    .flatMap(([, sentence]) => sentence.toLowerCase().match(/\p{L}+/gu) ?? [])
    .mapToPair((word) => [word, 1])
    .updateStateByKey<number>((ones, total = 0) => total + ones.length, { name: "totals" })
    .print();
});
