// The limit: word count by hand on two worker threads, one hash exchange, nothing else. usage: node limit.mjs DIR [BATCHES=20]
// A batch is one file of DIR. Prints one RESULT line, with a checksum of the counts (sum over words of count * (hash(word) % 1009)).
import { readdirSync, readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker } from "node:worker_threads";

const hash = (s) => {
  let h = 0;
  for (let i = 0; i < s.length; i++) h = (Math.imul(h, 31) + s.charCodeAt(i)) | 0;
  return h >>> 0;
};
if (isMainThread) {
  const [dir, batches = "20"] = process.argv.slice(2);
  const files = readdirSync(dir)
    .filter((f) => f.endsWith(".txt"))
    .sort()
    .map((f) => `${dir}/${f}`);
  const workers = [0, 1].map(() => new Worker(new URL(import.meta.url)));
  const call = (w, m) =>
    new Promise((resolve) => {
      w.once("message", resolve);
      w.postMessage(m);
    });
  const times = [];
  let checksum = 0,
    keys = 0;
  for (let i = 0; i < +batches; i++) {
    const start = performance.now();
    const bytes = readFileSync(files[i % files.length]);
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    const cut = bytes.indexOf(10, bytes.length >> 1) + 1;
    const halves = await Promise.all(
      workers.map((w, k) => call(w, { shared, from: k ? cut : 0, to: k ? bytes.length : cut })),
    );
    const reduced = await Promise.all(workers.map((w, k) => call(w, { parts: halves.map((h) => h[k]) })));
    times.push(performance.now() - start);
    checksum = reduced[0].checksum + reduced[1].checksum;
    keys = reduced[0].keys + reduced[1].keys;
  }
  const warm = times.slice(Math.max(1, Math.floor(times.length / 5))).sort((a, b) => a - b);
  console.log(
    `RESULT engine=limit mode=wc batches=${times.length} p50Ms=${warm[warm.length >> 1].toFixed(0)} minMs=${warm[0].toFixed(0)} keys=${keys} checksum=${checksum}`,
  );
  process.exit();
} else {
  parentPort.on("message", (m) => {
    const counts = new Map();
    if (m.parts) {
      for (const [words, ns] of m.parts)
        for (let i = 0; i < words.length; i++) counts.set(words[i], (counts.get(words[i]) ?? 0) + ns[i]);
      let checksum = 0;
      for (const [w, n] of counts) checksum += n * (hash(w) % 1009);
      return parentPort.postMessage({ keys: counts.size, checksum });
    }
    const text = Buffer.from(m.shared, m.from, m.to - m.from).latin1Slice();
    for (let p = 0, q; (q = text.indexOf("\n", p)) >= 0; p = q + 1)
      for (const w of text.slice(p, q).split(" ")) {
        const n = counts.get(w);
        counts.set(w, n === undefined ? 1 : n + 1);
      }
    const out = [
      [[], []],
      [[], []],
    ];
    for (const [w, n] of counts) {
      const o = out[hash(w) & 1];
      o[0].push(w);
      o[1].push(n);
    }
    parentPort.postMessage(out);
  });
}
