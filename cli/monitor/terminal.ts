/** A terminal that is drawn on in place, and given back as it was. */
import type { ReadStream, WriteStream } from "node:tty";

const ENTER = "\u001b[?1049h\u001b[?25l";
const LEAVE = "\u001b[?25h\u001b[?1049l";
const HOME = "\u001b[H";
const CLEAR_LINE = "\u001b[K";
const CLEAR_BELOW = "\u001b[J";
/** Frames are drawn at most so often, milliseconds. */
const FRAME_MILLIS = 100;

const QUIT = new Set(["q", "Q", "\u0003", "\u0004"]);

export class Terminal {
  readonly #output: WriteStream;
  readonly #input: ReadStream | undefined;
  readonly #render: (size: { columns: number; rows: number }) => readonly string[];
  readonly #quit: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = false;

  /** @param quit called when the user wants to go. */
  constructor(
    output: WriteStream,
    input: ReadStream | undefined,
    render: (size: { columns: number; rows: number }) => readonly string[],
    quit: () => void,
  ) {
    this.#output = output;
    this.#input = input;
    this.#render = render;
    this.#quit = quit;
  }

  open(): void {
    this.#isOpen = true;
    this.#output.write(ENTER);
    this.#output.on("resize", this.#draw);
    this.#input?.setRawMode(true).resume().setEncoding("utf8").on("data", this.#key);
    // However the process ends: who is left with a raw terminal without cursor cannot type.
    process.on("exit", this.#restore);
    this.#draw();
  }

  /** Has the screen drawn anew soon. */
  update(): void {
    this.#timer ??= setTimeout(this.#draw, FRAME_MILLIS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#output.off("resize", this.#draw);
    this.#restore();
    this.#input?.off("data", this.#key).pause();
    process.off("exit", this.#restore);
  }

  readonly #restore = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#input?.setRawMode(false);
    this.#output.write(LEAVE);
  };

  readonly #key = (text: string): void => {
    if ([...text].some((key) => QUIT.has(key))) this.#quit();
  };

  readonly #draw = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#isOpen) return;
    const { columns = 80, rows = 24 } = this.#output;
    const lines = this.#render({ columns, rows }).map((line) => line + CLEAR_LINE);
    // No newline after the last line: at the bottom it would scroll.
    this.#output.write(HOME + lines.join("\r\n") + CLEAR_BELOW);
  };
}
