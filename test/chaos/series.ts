/** A series of chaos runs of one mode: each with a seed of its own, a line for each, and what they come to together. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Arena, Outcome } from "./arena.js";

export interface SeriesOptions {
  readonly mode: string;
  readonly seeds: readonly number[];
  /** How many runs take place side by side, each in an arena of its own. */
  readonly parallel: number;
  readonly openArena: () => Arena;
  /** Takes a line for the terminal. */
  readonly say: (line: string) => void;
}

/** How much of what is wrong is told: the rest lies in the directory of the run. */
const MOST_TOLD = 20;

export class Series {
  readonly #options: SeriesOptions;
  readonly #began = Date.now();
  readonly #outcomes: Outcome[] = [];

  constructor(options: SeriesOptions) {
    this.#options = options;
  }

  /** Runs them all. @returns whether every one was exact. */
  async run(): Promise<boolean> {
    const { seeds, parallel } = this.#options;
    const left = [...seeds];
    await Promise.all(Array.from({ length: Math.min(parallel, seeds.length) }, () => this.#lane(left)));
    return this.#exact.length === seeds.length;
  }

  /** `local: 100 of 100 exact (812 kills, 300 stops, 402,133 records, 412 s)`. */
  summary(): string {
    const { mode, seeds } = this.#options;
    const sum = (count: "kills" | "stops" | "records") =>
      this.#outcomes.reduce((total, outcome) => total + outcome[count], 0).toLocaleString("en");
    const counts = `${sum("kills")} kills, ${sum("stops")} stops, ${sum("records")} records, ${seconds(this.#began)} s`;
    return `${mode}: ${this.#exact.length} of ${seeds.length} exact (${counts})`;
  }

  get #exact(): readonly Outcome[] {
    return this.#outcomes.filter(({ wrong }) => wrong.length === 0);
  }

  async #lane(left: number[]): Promise<void> {
    const arena = this.#options.openArena();
    try {
      for (let seed = left.shift(); seed !== undefined; seed = left.shift()) await this.#one(arena, seed);
    } finally {
      await arena.close();
    }
  }

  async #one(arena: Arena, seed: number): Promise<void> {
    const { mode } = this.#options;
    const began = Date.now();
    const directory = mkdtempSync(join(tmpdir(), `sluice-chaos-${mode}-${seed}-`));
    const outcome = await arena.run(seed, directory).catch(notEnded);
    this.#outcomes.push(outcome);
    this.#tell(seed, outcome, seconds(began), directory);
    if (outcome.wrong.length === 0) rmSync(directory, { recursive: true });
  }

  #tell(seed: number, { kills, stops, records, wrong }: Outcome, took: number, directory: string): void {
    const { mode, seeds, say } = this.#options;
    const place = `${this.#outcomes.length}/${seeds.length}`;
    const verdict = wrong.length === 0 ? "exact" : "NOT EXACT";
    say(`${mode} ${place}  seed ${seed}  kills ${kills}  stops ${stops}  records ${records}  ${took} s  ${verdict}`);
    for (const text of wrong.slice(0, MOST_TOLD)) say(`  ${text}`);
    if (wrong.length > MOST_TOLD) say(`  and ${wrong.length - MOST_TOLD} more`);
    if (wrong.length > 0) say(`  kept: ${directory}\n  again: npm run chaos -- --mode ${mode} --seed ${seed}`);
  }
}

function notEnded(error: unknown): Outcome {
  return { kills: 0, stops: 0, records: 0, wrong: [error instanceof Error ? (error.stack ?? "") : String(error)] };
}

function seconds(began: number): number {
  return Math.round((Date.now() - began) / 1000);
}
