import { connect, type Socket } from "node:net";
import type { Console } from "../ports/index.js";
import { Receiver, type SocketDecoder } from "../streaming/index.js";
import { errorText } from "./error-text.js";
import { MAX_DATA_BYTES } from "./limits.js";
import { LineSplitter } from "./line-splitter.js";

/** Nothing is read from the socket while more bytes than this wait to become durable. */
const MAX_PENDING_BYTES = 4 * 1024 * 1024;

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  /** Without: lines of text. */
  readonly decoder?: SocketDecoder;
}

/** What a socket receiver needs beyond what every receiver has. */
export interface SocketSurroundings {
  readonly console: Console;
  /** Resolves when no more than so many stored bytes wait to become durable. */
  room(maxPendingBytes: number): Promise<void>;
}

/**
 * Reads from a TCP server: lines, as bytes, or what a decoder makes of the connection. When the connection cannot be made,
 * breaks or ends, the receiver restarts itself, as Spark's does. TCP cannot send again: what was under way is gone then.
 */
export class SocketReceiver extends Receiver<unknown> {
  readonly #address: SocketAddress;
  readonly #surroundings: SocketSurroundings;
  #socket: Socket | undefined;

  constructor(address: SocketAddress, surroundings: SocketSurroundings) {
    super();
    this.#address = address;
    this.#surroundings = surroundings;
  }

  onStart(): void {
    const { host, port } = this.#address;
    // Without keep-alive a server that vanished without a word would be waited for until the end of days.
    const socket = connect({ host, port, keepAlive: true });
    socket.once("connect", () => this.#surroundings.console.log("info", `Connected to ${this.#where}.`));
    // Errors reach whoever reads the socket; a decoder that does not read yet must not bring the process down.
    socket.on("error", () => {});
    this.#socket = socket;
    void this.#receive(socket);
  }

  onStop(): void {
    this.#socket?.destroy();
  }

  get #where(): string {
    return `${this.#address.host}:${this.#address.port}`;
  }

  /** Reads the connection to its end, and asks for the next one; after a stop the supervisor ignores that. */
  async #receive(socket: Socket): Promise<void> {
    const { decoder } = this.#address;
    try {
      await (decoder === undefined ? this.#receiveLines(socket) : this.#receiveRecords(socket, decoder));
      this.restart(`The connection to ${this.#where} ended`);
    } catch (error) {
      if (error === socket.errored) this.restart(`The connection to ${this.#where} failed (${errorText(error)})`);
      else this.restart(`The records from ${this.#where} cannot be decoded`, error);
    }
  }

  async #receiveLines(socket: Socket): Promise<void> {
    const splitter = new LineSplitter(MAX_DATA_BYTES, (bytes) =>
      this.reportError(
        `A line of ${bytes} bytes from ${this.#where} was skipped: a record has at most ${MAX_DATA_BYTES} bytes`,
      ),
    );
    for await (const chunk of socket as AsyncIterable<Uint8Array>) {
      await this.#store(splitter.push(chunk));
    }
    await this.#store(splitter.end());
  }

  async #receiveRecords(socket: Socket, decoder: SocketDecoder): Promise<void> {
    for await (const record of decoder(socket)) await this.#store([record]);
  }

  /** Resolves when there is room for more. Items that cannot be stored have been reported by the supervisor. */
  #store(items: readonly unknown[]): Promise<void> {
    void this.storeAll(items);
    return this.#surroundings.room(MAX_PENDING_BYTES);
  }
}
