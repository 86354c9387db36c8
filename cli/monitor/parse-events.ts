/** Server-sent events from text as it comes. (HTML standard, section "Server-sent events".) */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

/** Takes text in whatever pieces; gives the events that are complete. */
export class EventParser {
  #rest = "";
  #id = "";

  /** Id of the last event that had one. */
  get lastId(): string {
    return this.#id;
  }

  push(text: string): readonly ServerEvent[] {
    const blocks = (this.#rest + text).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => this.#event(block));
  }

  #event(block: string): readonly ServerEvent[] {
    let event = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
      const [, name, value = ""] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
      if (name === "event") event = value;
      if (name === "data") data.push(value);
      if (name === "id") this.#id = value;
    }
    return data.length === 0 ? [] : [{ event, data: data.join("\n"), id: this.#id }];
  }
}
