import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalStore } from "../../shared/local/index.js";
import type { StreamSource } from "../../shared/ports/index.js";
import { MemoryConsole } from "../../shared/simulation/index.js";
import { MAX_DATA_BYTES, type ReceiverEvent, type RunningReceiver, runReceiver } from "../../shared/sources/index.js";
import type { ReceiverSpec, SocketDecoder } from "../../shared/streaming/index.js";
import { SystemClock } from "../../shared/system/index.js";
import { until } from "../support/eventually.js";
import { linesOf, turns, valuesOf, WatchedStreams } from "./support.js";

/** A TCP server whose connections a test writes to. */
class TestServer {
  readonly connections: Socket[] = [];
  port = 0;
  readonly #server: Server = createServer((socket) => {
    socket.on("error", () => {});
    this.connections.push(socket);
  });

  async listen(port = 0): Promise<this> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** The connection of that number, in order of arrival, from 0. */
  async connection(index = 0): Promise<Socket> {
    await until(() => this.connections.length > index);
    return this.connections[index] as Socket;
  }

  async close(): Promise<void> {
    for (const socket of this.connections) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }
}

/** Writes bytes so that they arrive on their own. */
async function send(socket: Socket, bytes: Uint8Array | string): Promise<void> {
  await new Promise((resolve) => socket.write(bytes, resolve));
  await new Promise((resolve) => setTimeout(resolve, 2));
}

/** Frames of a length, as four bytes, and so many bytes of JSON. */
const frames: SocketDecoder = async function* (bytes) {
  let buffered = Buffer.alloc(0);
  for await (const chunk of bytes) {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4 && buffered.length >= 4 + buffered.readUInt32BE(0)) {
      const end = 4 + buffered.readUInt32BE(0);
      yield JSON.parse(buffered.toString("utf8", 4, end));
      buffered = buffered.subarray(end);
    }
  }
};

function frame(value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
}

describe("socket receiver", () => {
  const clock = new SystemClock();
  let server: TestServer;
  let streams: WatchedStreams;
  let console: MemoryConsole;
  let events: ReceiverEvent[];
  let running: RunningReceiver[];

  beforeEach(async () => {
    server = await new TestServer().listen();
    streams = new WatchedStreams(clock);
    console = new MemoryConsole();
    events = [];
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((receiver) => receiver.stop()));
    await server.close();
  });

  const receive = (
    options: { decoder?: SocketDecoder; host?: string; streams?: StreamSource; streamId?: number } = {},
  ) => {
    const { decoder, host = "127.0.0.1", streamId = 0 } = options;
    const spec: ReceiverSpec = { type: "socket", host, port: server.port, ...(decoder && { decoder }) };
    const receiver = runReceiver({
      spec,
      streamId,
      stream: `in-${streamId}`,
      streams: options.streams ?? streams,
      clock,
      console,
      restartDelayMillis: 20,
      onEvent: (event) => events.push(event),
    });
    running.push(receiver);
    return receiver;
  };
  const messages = () => console.logged.map(({ message }) => message);
  const arrived = (count: number, stream = "in-0") =>
    until(async () => (await linesOf(streams, stream)).length >= count);

  describe("of lines", () => {
    it("stores them one by one, wherever the pieces end, as UTF-8", async () => {
      receive();
      const socket = await server.connection();
      const bytes = Buffer.from("grüße\r\n\n漢字 😀\nlast");
      for (const byte of bytes.subarray(0, 20)) await send(socket, Uint8Array.of(byte));
      socket.end(bytes.subarray(20));
      await arrived(4);
      expect(await linesOf(streams, "in-0")).toEqual(["grüße", "", "漢字 😀", "last"]);
    });

    it("stores many, in order, several a call", async () => {
      receive();
      const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${"x".repeat(i % 50)}`);
      (await server.connection()).end(lines.join("\n"));
      await arrived(lines.length);
      expect(await linesOf(streams, "in-0")).toEqual(lines);
      expect(streams.calls.length).toBeLessThan(200);
    });

    it("keeps a line that came before the connection ended without newline, and goes on with the next", async () => {
      receive();
      (await server.connection()).end("one\ntwo");
      (await server.connection(1)).end("three\nfour");
      await arrived(4);
      expect(await linesOf(streams, "in-0")).toEqual(["one", "two", "three", "four"]);
    });

    it("skips a line that is too long and says so; the rest goes on", async () => {
      const receiver = receive();
      const socket = await server.connection();
      socket.write(`before\n${"x".repeat(MAX_DATA_BYTES)}\n`);
      socket.write("y".repeat(3 * 1024 * 1024));
      socket.end("\nafter\n");
      await arrived(3);
      const lines = await linesOf(streams, "in-0");
      expect(lines.map((line) => line.length)).toEqual([6, MAX_DATA_BYTES, 5]);
      const message = `A line of ${3 * 1024 * 1024} bytes from 127.0.0.1:${server.port} was skipped: a record has at most ${MAX_DATA_BYTES} bytes`;
      expect(messages()).toContainEqual(expect.stringContaining(message));
      expect(events.map(({ receiver: info }) => info.lastErrorMessage)).toContain(message);
      expect(receiver.info.status).not.toBe("stopped");
    });

    describe("while more than 4 MB wait to become durable", () => {
      const line = `${"x".repeat(9999)}\n`;
      const total = 1500;
      const stored = () => streams.calls.flat().length;

      it("reads no more", async () => {
        const receiver = receive();
        const release = streams.hold();
        (await server.connection()).end(line.repeat(total));
        await until(() => streams.underWay > 0);
        await clock.sleep(200);
        const stopped = receiver.stop();
        release();
        await stopped;
        // What was read is stored; what was not is gone with the connection. 15 MB were sent.
        expect(stored()).toBeGreaterThan(0);
        expect(stored() * line.length).toBeLessThan(5_000_000);
      });

      it("only waits", async () => {
        receive();
        const release = streams.hold();
        (await server.connection()).end(line.repeat(total));
        await until(() => streams.underWay > 0);
        await clock.sleep(50);
        release();
        await until(() => stored() === total);
      });
    });
  });

  describe("and its connection", () => {
    it("is tried again when the server is not there, and says each state once", async () => {
      const { port } = server;
      await server.close();
      receive();
      await until(() => events.filter(({ type }) => type === "error").length >= 3);
      const refused = `Receiver 0 (SocketReceiver into in-0): The connection to 127.0.0.1:${port} failed (connect ECONNREFUSED 127.0.0.1:${port}); starting again in 20 ms.`;
      expect(messages()).toEqual([refused]);
      server = await new TestServer().listen(port);
      (await server.connection()).write("hello\n");
      await arrived(1);
      expect(messages()).toEqual([refused, `Connected to 127.0.0.1:${port}.`]);
    });

    it("is made again when the server restarts; what was stored is not stored again", async () => {
      const { port } = server;
      receive();
      (await server.connection()).write("one\ntwo\n");
      await arrived(2);
      await server.close();
      await until(() => messages().some((message) => message.includes("ECONNREFUSED")));
      server = await new TestServer().listen(port);
      (await server.connection()).write("three\n");
      await arrived(3);
      expect(await linesOf(streams, "in-0")).toEqual(["one", "two", "three"]);
      const connected = `Connected to 127.0.0.1:${port}.`;
      expect(messages().filter((message) => message === connected)).toHaveLength(2);
      expect(messages()).toContainEqual(
        expect.stringContaining(`The connection to 127.0.0.1:${port} ended; starting again in 20 ms.`),
      );
    });

    it("is made again when it breaks; half a line of it is not a record", async () => {
      receive();
      const socket = await server.connection();
      await send(socket, "whole\nhal");
      await arrived(1);
      socket.resetAndDestroy();
      (await server.connection(1)).write("next\n");
      await arrived(2);
      expect(await linesOf(streams, "in-0")).toEqual(["whole", "next"]);
      expect(messages()).toContainEqual(
        expect.stringContaining(`127.0.0.1:${server.port} failed (read ECONNRESET); starting again in 20 ms`),
      );
    });

    it("says why a host cannot be reached, address by address", async () => {
      const { port } = server;
      await server.close();
      receive({ host: "localhost" });
      await until(() => messages().length > 0);
      expect(messages()[0]).toMatch(
        new RegExp(
          `The connection to localhost:${port} failed \\(connect ECONNREFUSED [^)]+:${port}\\); starting again`,
        ),
      );
    });

    it("is closed by a stop, and not made again", async () => {
      const receiver = receive();
      const socket = await server.connection();
      const closed = once(socket, "close");
      await send(socket, "one\nhal");
      await arrived(1);
      await receiver.stop();
      await closed;
      await clock.sleep(40);
      expect(server.connections).toHaveLength(1);
      expect(receiver.info.status).toBe("stopped");
      expect(await linesOf(streams, "in-0")).toEqual(["one"]);
      expect(messages()).toEqual([`Connected to 127.0.0.1:${server.port}.`]);
    });

    it("loses nothing that was read before a stop", async () => {
      const receiver = receive();
      const socket = await server.connection();
      const release = streams.hold();
      socket.write("one\ntwo\nthree\n");
      await until(() => streams.underWay > 0);
      const stopped = receiver.stop();
      release();
      await stopped;
      expect(await linesOf(streams, "in-0")).toEqual(["one", "two", "three"]);
    });
  });

  describe("with a decoder", () => {
    it("stores what it makes of the bytes", async () => {
      receive({ decoder: frames });
      const socket = await server.connection();
      const values = [{ a: 1 }, "zwei", [3, null], { text: "漢字" }];
      const bytes = Buffer.concat(values.map(frame));
      for (let at = 0; at < bytes.length; at += 7) await send(socket, bytes.subarray(at, at + 7));
      await arrived(4);
      expect(await valuesOf(streams, "in-0")).toEqual(values);
    });

    it("puts together what comes while others are put", async () => {
      streams.intervene = async (entries, put) => {
        await turns(1);
        return put(entries);
      };
      receive({ decoder: frames });
      const values = Array.from({ length: 5000 }, (_, i) => i);
      (await server.connection()).end(Buffer.concat(values.map(frame)));
      await arrived(5000);
      expect(await valuesOf(streams, "in-0")).toEqual(values);
      expect(streams.calls.length).toBeLessThan(500);
    });

    it("begins anew with every connection", async () => {
      receive({ decoder: frames });
      (await server.connection()).end(Buffer.concat([frame("one"), frame("half").subarray(0, 6)]));
      (await server.connection(1)).end(frame("two"));
      await arrived(2);
      expect(await valuesOf(streams, "in-0")).toEqual(["one", "two"]);
    });

    it("that throws is reported with its error, and the connection made again", async () => {
      receive({ decoder: frames });
      const broken = Buffer.from([0, 0, 0, 1, "{".charCodeAt(0)]);
      (await server.connection()).write(Buffer.concat([frame("one"), broken, frame("lost")]));
      (await server.connection(1)).write(frame("two"));
      await arrived(2);
      expect(await valuesOf(streams, "in-0")).toEqual(["one", "two"]);
      const line = console.logged.find(({ level }) => level === "warn");
      expect(line?.message).toContain(`The records from 127.0.0.1:${server.port} cannot be decoded; starting again`);
      expect(line?.details?.error).toBeInstanceOf(SyntaxError);
    });

    it("that gives something without encoding loses only that", async () => {
      const decoder: SocketDecoder = async function* (bytes) {
        yield* [1, () => 2, 3];
        for await (const chunk of bytes) yield chunk.length;
      };
      receive({ decoder });
      (await server.connection()).write("four");
      await arrived(3);
      expect(await valuesOf(streams, "in-0")).toEqual([1, 3, 4]);
      expect(messages()).toContainEqual(expect.stringContaining("1 of 1 records cannot be stored: a function"));
    });

    it("that does not read yet is not brought down by a broken connection", async () => {
      const { port } = server;
      const decoder: SocketDecoder = async function* (bytes) {
        await clock.sleep(30);
        for await (const chunk of bytes) yield chunk.length;
      };
      await server.close();
      receive({ decoder });
      await until(() => messages().length > 0);
      expect(messages()[0]).toContain(`The connection to 127.0.0.1:${port} failed (connect ECONNREFUSED`);
    });
  });

  it("works beside others", async () => {
    const ids = [0, 1, 2];
    for (const streamId of ids) receive({ streamId });
    await until(() => server.connections.length === ids.length);
    const lines = Array.from({ length: 1000 }, (_, i) => String(i));
    for (const socket of server.connections) socket.end(lines.join("\n"));
    for (const id of ids) await arrived(1000, `in-${id}`);
    for (const id of ids) expect(await linesOf(streams, `in-${id}`)).toEqual(lines);
  });

  it("fills a stream on disk", async () => {
    const directory = mkdtempSync(join(tmpdir(), "sluice-sources-"));
    try {
      const store = new LocalStore({ directory });
      const receiver = receive({ streams: store.streams });
      (await server.connection()).write("one\n\nthree\n");
      await until(async () => (await linesOf(store.streams, "in-0")).length === 3);
      await receiver.stop();
      await store.close();
      const reopened = new LocalStore({ directory });
      expect(await linesOf(reopened.streams, "in-0")).toEqual(["one", "", "three"]);
      await reopened.close();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
