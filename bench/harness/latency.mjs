// From the socket to the terminal: a feeder sends numbered lines, and a reader sees them in what a side prints. Both are here,
// the same for both sides, so nobody's own idea of time counts.
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { MASTER } from "./batches.mjs";
import { withProcess } from "./process.mjs";
import { sparkSide } from "./spark.mjs";
import { mean, quantile } from "./statistics.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Between lines, milliseconds: ten a batch. */
const PAUSE_MILLIS = 10;
const INTERVAL_MILLIS = 100;
/** Without a line for so long, the side is taken to have lost some. */
const PATIENCE_MILLIS = 60_000;

export const latency = {
  sides({ quick }) {
    const lines = quick ? { warmup: 50, measured: 100 } : { warmup: 1_000, measured: 2_000 };
    const program = [
      `${root}dist/cli/main.js`,
      "run",
      `${root}bench/programs/lines.ts`,
      "--master",
      MASTER,
      "--quiet",
      "--checkpoint",
    ];
    return {
      sluice: () =>
        feedAndRead(lines, (port, scratch) => ({
          command: process.execPath,
          args: [...program, `${scratch}/checkpoint`],
          env: { BENCH_PORT: String(port), BENCH_INTERVAL: String(INTERVAL_MILLIS) },
        })),
      spark: () => feedAndRead(lines, (port) => sparkSide(["socket", MASTER, port, 0, INTERVAL_MILLIS])),
    };
  },
};

async function feedAndRead({ warmup, measured }, side) {
  const total = warmup + measured;
  const sentAt = [];
  const feeder = await startFeeder(total, sentAt);
  try {
    return await withProcess(
      (scratch) => side(feeder.port, scratch),
      ({ lines, ended, failed, peakMb }) =>
        new Promise((resolve, reject) => {
          const took = new Array(total);
          let seen = 0;
          const timer = setTimeout(
            () => reject(failed(`printed ${seen} of ${total} lines`)),
            total * PAUSE_MILLIS + PATIENCE_MILLIS,
          );
          lines.on("line", (line) => {
            const number = /^record (\d+)$/.exec(line)?.[1];
            if (number === undefined) return;
            if (took[number] !== undefined) reject(failed(`printed line ${number} twice`));
            took[number] = performance.now() - sentAt[number];
            seen += 1;
            if (seen < total) return;
            clearTimeout(timer);
            resolve({ ...figuresOf(took.slice(warmup)), keys: seen, peakMb: peakMb() });
          });
          ended.then((code) => reject(failed(`ended with ${code}`)), reject);
        }),
    );
  } finally {
    feeder.stop();
  }
}

function figuresOf(took) {
  return { p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99), maxMs: Math.max(...took), meanMs: mean(took) };
}

/** Sends a line every so often from when somebody connects. */
async function startFeeder(total, sentAt) {
  const sockets = [];
  let timer;
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.setNoDelay();
    // Whoever is killed resets the connection.
    socket.on("error", () => {});
    timer ??= setInterval(() => {
      const number = sentAt.length;
      if (number === total) return clearInterval(timer);
      sentAt.push(performance.now());
      for (const one of sockets) one.write(`record ${number}\n`);
    }, PAUSE_MILLIS);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: server.address().port,
    stop() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
