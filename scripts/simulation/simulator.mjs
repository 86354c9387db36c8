import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { bundle, root } from "./bundle.mjs";
import { Pool } from "./pool.mjs";

/** How many runs are one job. */
const CHUNK = 25;
/** How often to say how far it is. */
const PROGRESS_MILLIS = 10_000;
/** After so many findings there is enough to look at. */
const MAX_FINDINGS = 10;

/** Hands out jobs to processes and adds up what they say. */
export class Simulator {
  #pool;
  #total = { runs: 0, calls: 0, batches: 0, virtualMillis: 0, faults: {}, findings: [] };
  #began = Date.now();
  #told = Date.now();

  constructor(pool) {
    this.#pool = pool;
  }

  static async start({ processes = 2 }, mutant) {
    return new Simulator(new Pool(await bundle(mutant), processes));
  }

  stop() {
    this.#pool.stop();
  }

  get total() {
    return this.#total;
  }

  /** True when no law was broken. */
  async run(options) {
    const parts = [];
    if (options.sweep) parts.push(["single faults", await this.#sweepJobs(options)]);
    if (options.pairs) parts.push(["pairs of faults", chunks("pairs", firstSeed(options), options.pairs, options)]);
    if (options.determinism) {
      parts.push(["seeds twice", chunks("determinism", firstSeed(options), options.determinism, options)]);
    }
    const isOne = options.seed !== undefined && options.seeds === undefined && options.minutes === undefined;
    if (parts.length === 0 || options.seeds !== undefined || options.minutes !== undefined) {
      const seeds = options.minutes !== undefined ? Number.POSITIVE_INFINITY : isOne ? 1 : (options.seeds ?? 1000);
      parts.push(["seeds", chunks("seeds", firstSeed(options), seeds, options)]);
    }
    const until = options.minutes === undefined ? undefined : this.#began + options.minutes * 60_000;
    for (const [what, jobs] of parts) await this.#part(what, jobs, until, options);
    this.#sayTotal();
    return this.#total.findings.length === 0;
  }

  /** Runs seeds until the first that breaks a law, or there are no more. */
  async untilCaught(workloads, most) {
    for (const job of interleaved(workloads, most)) {
      const result = await this.#pool.ask({ ask: "job", job, stopAtFirst: true });
      this.#add(result);
      if (result.findings.length > 0) return true;
    }
    return false;
  }

  async #part(what, jobs, until, options) {
    const runs = this.#total.runs;
    const began = Date.now();
    const running = new Set();
    for (const job of jobs) {
      if (until !== undefined && Date.now() >= until) break;
      if (this.#total.findings.length >= MAX_FINDINGS) break;
      const one = this.#pool.ask({ ask: "job", job, stopAtFirst: false }).then((result) => {
        this.#add(result);
        for (const finding of result.findings) report(finding, options);
        this.#sayProgress(what);
      });
      running.add(one);
      one.finally(() => running.delete(one)).catch(() => {});
      if (running.size >= (options.processes ?? 2)) await Promise.race(running);
    }
    await Promise.all(running);
    const seconds = (Date.now() - began) / 1000;
    const done = this.#total.runs - runs;
    console.log(`${what}: ${done} runs in ${seconds.toFixed(1)} s, ${(done / seconds).toFixed(0)} a second`);
  }

  async #sweepJobs({ workload, seed = 1 }) {
    const all = await this.#pool.ask({ ask: "workloads" });
    const names = workload === undefined ? all.map(({ name }) => name) : workload.split(",");
    const jobs = [];
    for (const name of names) {
      const calls = await this.#pool.ask({ ask: "calls", workload: name, seed });
      for (let from = 0; from < calls; from += 5) {
        jobs.push({ type: "sweep", workload: name, seed, from, to: Math.min(calls, from + 5) });
      }
    }
    return jobs;
  }

  #add(result) {
    const total = this.#total;
    total.runs += result.runs;
    total.calls += result.calls;
    total.batches += result.batches;
    total.virtualMillis += result.virtualMillis;
    for (const [kind, n] of Object.entries(result.faults)) total.faults[kind] = (total.faults[kind] ?? 0) + n;
    total.findings.push(...result.findings);
  }

  #sayProgress(what) {
    if (Date.now() - this.#told < PROGRESS_MILLIS) return;
    this.#told = Date.now();
    const { runs, findings } = this.#total;
    const seconds = (Date.now() - this.#began) / 1000;
    console.error(`${what}: ${runs} runs, ${(runs / seconds).toFixed(0)} a second, ${findings.length} broken`);
  }

  #sayTotal() {
    const { runs, calls, batches, virtualMillis, faults, findings } = this.#total;
    const seconds = (Date.now() - this.#began) / 1000;
    const count = Object.values(faults).reduce((a, b) => a + b, 0);
    console.log(
      `\n${runs} runs in ${seconds.toFixed(1)} s (${(runs / seconds).toFixed(0)} a second): ${(virtualMillis / 3_600_000).toFixed(1)} virtual hours, ` +
        `${batches} commits, ${calls} calls, ${count} faults`,
    );
    const kinds = Object.entries(faults).sort(([, a], [, b]) => b - a);
    if (kinds.length > 0) console.log(kinds.map(([kind, n]) => `  ${String(n).padStart(8)}  ${kind}`).join("\n"));
    console.log(findings.length === 0 ? "no law was broken" : `${findings.length} runs broke a law`);
  }
}

function firstSeed({ seed }) {
  return seed ?? Math.floor(Date.now() / 1000) % 1_000_000_000;
}

function* chunks(type, first, count, { workload }) {
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(from + CHUNK, count);
    yield { type, ...(workload !== undefined && { workload }), from: first + from, to: first + to };
  }
}

/** The same number of seeds of each workload, a few at a time. */
function* interleaved(workloads, most) {
  const each = 10;
  for (let from = 1; from <= most; from += each) {
    for (const workload of workloads) yield { type: "seeds", workload, from, to: from + each };
  }
}

function report({ workload, seed, message, faults, trace }, { keep }) {
  console.log(`\n✗ seed ${seed} of ${workload}: ${message}`);
  console.log(`  ${faults.length} faults are enough:`);
  for (const { identity, kind } of faults) console.log(`    ${kind} at ${identity}`);
  console.log(`  what happened:\n${trace.map((line) => `    ${line}`).join("\n")}`);
  const line = [`${workload} ${seed}`, ...faults.map(({ identity, kind }) => `${kind} @ ${identity}`)].join(" ; ");
  console.log(`  line for test/simulation/regressions.txt:\n    ${line}\n`);
  if (keep) appendFileSync(join(root, "test/simulation/regressions.txt"), `${line}\n`);
}
