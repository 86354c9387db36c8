/**
 * Watches a directory for log files, keeps their errors and raises an alarm when a batch has many. Move files in whole:
 *
 *   npx sluice run examples/log-errors.ts --checkpoint .sluice/log-errors
 *   cp /var/log/my.log logs/.tmp && mv logs/.tmp logs/1.log
 *
 * Each output happens once, though tasks and batches may be tried again:
 * - saveAsTextFiles writes each part file once;
 * - a partition goes to a sink of its own (here a directory) under its token, which the sink takes only once;
 * - the alarm is a step of the body: the driver runs it once, and again with the same token only after a crash.
 */
import { randomUUID } from "node:crypto";
import { link, mkdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { seconds, streamingApp } from "sluice";

const logs = process.env.SLUICE_LOGS ?? "logs";
const out = process.env.SLUICE_OUT ?? "out";

/** More errors than this in one batch are worth an alarm. */
const MANY = 2;

export default streamingApp("log-errors", { batchDuration: seconds(1) }, (ssc) => {
  const errors = ssc.textFileStream(logs, { newFilesOnly: false }).filter((line) => /\bERROR\b/.test(line));

  errors.saveAsTextFiles(join(out, "errors"));

  errors.foreachRDD(async (rdd, time, { step }) => {
    const count = await rdd.count();
    if (count === 0) return;
    await rdd.foreachPartition(async (lines, { token }) => {
      if (lines.length > 0) await putOnce(join(out, "sink"), token, lines);
    });
    if (count > MANY) {
      await step("alarm", (token) =>
        putOnce(join(out, "alarms"), token, [`${count} errors at ${time.milliseconds} ms`]),
      );
    }
  });
});

/** A sink that takes a token once, whole or not at all: a second file of the same name is refused. */
async function putOnce(directory: string, token: string, lines: readonly string[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const draft = join(directory, `.${randomUUID()}`);
  await writeFile(draft, `${lines.join("\n")}\n`);
  try {
    await link(draft, join(directory, token.replaceAll("/", "_")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(draft);
  }
}
