/**
 * A live text stream on a TCP socket: sentences of examples/data/alice.txt, over and over, one a line.
 *
 *   node examples/feeder.mjs [--port 9999] [--rate 20] [--count N] [--numbered] [--with-parent]
 *
 * Each sentence ends in " __end", as posts on such feeds do. With --numbered a line is "<number><tab><sentence>" instead, the
 * reader acknowledges with "ack <number>", and a new connection begins after the last acknowledged number: nothing is ever
 * lost, and what was sent but not acknowledged is sent again.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { parseArgs } from "node:util";

const TICK_MILLIS = 50;
/** Numbered sentences sent ahead of the last acknowledgement. */
const WINDOW = 1_000;

const sentences = readFileSync(new URL("data/alice.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");
const options = readOptions();
let acknowledged = 0;

const server = createServer((socket) => {
  let next = options.numbered ? acknowledged + 1 : 1;
  let due = 0;
  const ticks = setInterval(() => {
    due += (options.rate * TICK_MILLIS) / 1000;
    const lines = [];
    for (; due >= 1 && maySend(next); due -= 1) lines.push(lineOf(next++));
    // A sentence that could not be sent in time is not owed: readers that were slow are not flooded later.
    due = Math.min(due, 1);
    if (lines.length === 0) return;
    socket.write(lines.join(""));
    if (next > options.count) console.log(`all ${options.count} sent`);
  }, TICK_MILLIS);
  if (options.numbered) readAcknowledgements(socket);
  else socket.resume();
  // A reader that dies resets the connection; "close" follows.
  socket.on("error", () => {});
  socket.on("close", () => clearInterval(ticks));

  function maySend(number) {
    if (socket.writableNeedDrain || number > options.count) return false;
    return !options.numbered || number <= acknowledged + WINDOW;
  }
});

server.on("error", (error) => {
  if (error.code !== "EADDRINUSE") throw error;
  fail(
    `port ${options.port} is taken: end what uses it, or choose another with --port N (and SLUICE_FEED_PORT=N for the program).`,
  );
});
server.listen(options.port, "127.0.0.1", () => {
  console.log(`feeding on 127.0.0.1:${server.address().port}`);
});

if (options.withParent) {
  // The pipe closes when the parent ends, however it ends. Ctrl-C reaches us too, but the parent still wants to finish then.
  process.on("SIGINT", () => {});
  process.stdin.resume().on("close", () => process.exit());
}

/** Sentence `number`, counted from 1, as it goes over the wire. */
function lineOf(number) {
  const sentence = sentences[(number - 1) % sentences.length];
  return options.numbered ? `${number}\t${sentence}\n` : `${sentence} __end\n`;
}

function readAcknowledgements(socket) {
  let rest = "";
  socket.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) acknowledged = Math.max(acknowledged, Number(line.replace("ack ", "")));
    if (acknowledged === options.count) console.log(`all ${acknowledged} acknowledged`);
  });
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "9999" },
        rate: { type: "string", default: "20" },
        count: { type: "string", default: "Infinity" },
        numbered: { type: "boolean", default: false },
        "with-parent": { type: "boolean", default: false },
      },
    });
    return {
      port: number("port", values.port, (n) => Number.isInteger(n) && n >= 0 && n <= 65_535),
      rate: number("rate", values.rate, (n) => n > 0),
      count: number("count", values.count, (n) => n >= 1),
      numbered: values.numbered,
      withParent: values["with-parent"],
    };
  } catch (error) {
    return fail(error.message);
  }
}

function number(name, text, isGood) {
  const value = Number(text);
  if (isGood(value)) return value;
  throw new Error(`--${name} cannot be ${text}`);
}

function fail(message) {
  console.error(`feeder: ${message}`);
  process.exit(1);
}
