import { type CommittedBatch, type Law, must } from "../law.js";

/**
 * I7: sinks get what was committed and nothing else; a token has one content; nothing goes back. And what is committed for
 * an output is what the model says.
 */
export function outputsAreCommitted(job: string, kinds: ReadonlyMap<string, string>): Law {
  const batches = new Map<number, CommittedBatch>();
  const tokens = new Map<string, string>();
  /** By batch time and output: rows of all its tokens. */
  const sent = new Map<string, string[]>();
  const versions = new Map<string, number>();
  return {
    committed(batch) {
      const { manifest, expected, outputs } = batch;
      batches.set(manifest.time, batch);
      for (const [uid, rows] of Object.entries(expected.rows ?? {})) {
        const is = texts((outputs[uid] ?? []).flat());
        const should = texts(rows);
        must(is.join() === should.join(), "I4", () => {
          return `batch ${manifest.time} hands ${is.join(" ") || "nothing"} to ${uid}, and must hand ${should.join(" ") || "nothing"}`;
        });
      }
    },
    sent(token, rows) {
      const { time, uid } = parse(job, token);
      const batch = batches.get(time);
      must(batch !== undefined, "I7", () => `the sink got ${token}, but batch ${time} is not committed`);
      const content = JSON.stringify(rows);
      const known = tokens.get(token);
      must(known === undefined || known === content, "I7", () => {
        return `the sink got ${token} twice with different rows: ${known} and ${content}`;
      });
      if (known !== undefined) return;
      tokens.set(token, content);
      // What a step sends is the body's own affair; the rows of a partition are not.
      if (token.includes("/step/")) return;
      const committed = texts((batch.outputs[uid] ?? []).flat());
      const all = [...(sent.get(`${time}/${uid}`) ?? []), ...texts(rows)];
      must(isPartOf(all, committed), "I7", () => `the sink got ${all} for ${token}, committed is ${committed}`);
      sent.set(`${time}/${uid}`, all);
    },
    upserted(key, _value, version) {
      const known = versions.get(key) ?? 0;
      must(version >= known, "I7", () => `the view of ${key} went back from ${known} to ${version}`);
      must(batches.has(version), "I7", () => `the view of ${key} shows batch ${version}, which is not committed`);
      versions.set(key, version);
    },
    fileWritten(path, bytes, existing) {
      const time = Number(/-(\d+)\//.exec(path)?.[1]);
      if (!Number.isNaN(time)) {
        must(batches.has(time), "I7", () => `file ${path} was written, but its batch is not committed`);
      }
      must(existing === undefined || Buffer.compare(existing, bytes) === 0, "I7", () => {
        return `file ${path} was written twice with different contents`;
      });
    },
    printed(text) {
      const time = Number(/Time: (\d+) ms/.exec(text)?.[1]);
      must(batches.has(time), "I7", () => `batch ${time} was printed, but is not committed`);
    },
    ended({ head, complete, files, printed }) {
      if (!complete || head === undefined) return;
      const done = [...batches.values()].filter(({ manifest }) => manifest.time <= head.out);
      const sinks = new Set([...sent.keys()].map((name) => name.replace(/^\d+\//, "")));
      for (const { manifest, outputs } of done) {
        const { time } = manifest;
        for (const [uid, partitions] of Object.entries(outputs)) {
          const rows = texts(partitions.flat());
          if (sinks.has(uid)) {
            const got = [...(sent.get(`${time}/${uid}`) ?? [])].sort();
            must(
              got.join() === rows.join(),
              "I7",
              () => `of batch ${time} ${uid} got [${got}], committed is [${rows}]`,
            );
          }
          // Workloads name their operations after the directories they write.
          if (uid.startsWith("files")) {
            const lines = [...files]
              .filter(([path]) => path.startsWith(`${uid}-${time}/`))
              .flatMap(([, bytes]) => Buffer.from(bytes).toString().split("\n").slice(0, -1));
            const got = texts(lines);
            must(
              got.join() === rows.join(),
              "I7",
              () => `files of ${uid} for batch ${time} hold [${got}], committed is [${rows}]`,
            );
          }
          if (kinds.get(uid) === "print") {
            must(
              printed.some((text) => text.includes(`Time: ${time} ms`)),
              "I7",
              () => `batch ${time} was not printed`,
            );
          }
        }
      }
    },
  };
}

/** job/time/uid/call/partition */
function parse(job: string, token: string): { readonly time: number; readonly uid: string } {
  const [owner, time, uid] = token.split("/");
  must(owner === job && uid !== undefined && Number(time) > 0, "I7", () => `the sink got the token ${token}`);
  return { time: Number(time), uid };
}

function texts(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row) ?? "undefined").sort();
}

function isPartOf(some: readonly string[], all: readonly string[]): boolean {
  const left = [...all];
  return some.every((text) => {
    const at = left.indexOf(text);
    if (at === -1) return false;
    left.splice(at, 1);
    return true;
  });
}
