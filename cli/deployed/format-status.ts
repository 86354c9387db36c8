/** Status, for people. */
import { MEANING } from "./health.js";
import type { LastBatch, Status } from "./status.js";

export function formatStatus(status: Status): string {
  const { application, stack, state, lastBatch, stateKeys, token, leaseExpires } = status;
  return [
    `${application} (stack ${stack}) is ${state}: ${MEANING[state]}.`,
    row("last batch", lastBatch === undefined ? "none yet" : formatBatch(lastBatch)),
    ...(lastBatch === undefined ? [] : [row("records", `${count(lastBatch.records)} in the last batch`)]),
    row("lag", formatLag(status)),
    row("state", `${count(stateKeys)} ${stateKeys === 1 ? "key" : "keys"}`),
    row("outputs", formatOwed(status)),
    row(
      "scheduler",
      `token ${token}, ${leaseExpires === 0 ? "none at work" : `lease until ${timeText(leaseExpires)}`}`,
    ),
    ...(lastBatch === undefined ? [] : [row("code", lastBatch.codeVersion)]),
    ...(lastBatch?.failed === undefined ? [] : [row("passed over", lastBatch.failed.message)]),
  ].join("\n");
}

function formatBatch({ time, ageMillis, batchDurationMillis, batches }: LastBatch): string {
  return `${timeText(time)}, ${ageText(ageMillis)} ago; every ${ageText(batchDurationMillis)}, ${count(batches)} so far`;
}

function formatLag({ lagMillis, lagUnknown, lastBatch }: Status): string {
  if (lagUnknown !== undefined) return `not known: ${lagUnknown}`;
  if (lagMillis === undefined) return lastBatch === undefined ? "not known before the first batch" : "no streams";
  if (lagMillis === 0) return "none: no record is waiting";
  return `${ageText(lagMillis)}: so long has the oldest record been waiting`;
}

/** That they are done stands in the head only with the next commit, so while it runs those of the last batch are open. */
function formatOwed({ owedOutputs, state }: Status): string {
  if (owedOutputs === 0) return "all done";
  return state === "running"
    ? `${owedOutputs} of the last batch under way`
    : `${owedOutputs} of the last batch still owed`;
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(11)} ${text}`;
}

function timeText(millis: number): string {
  return new Date(millis).toISOString();
}

function count(n: number): string {
  return n.toLocaleString("en-US");
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
] as const;

/** `250 ms`, `1.5 s`, `3 min`, `2 h`: to be read, not to be computed with. Clocks may differ: never negative. */
export function ageText(millis: number): string {
  const age = Math.max(0, millis);
  const [unit, size] = UNITS.find(([, size]) => age >= 2 * size) ?? ["s", 1000];
  if (unit === "s" && age < 1000) return `${Math.round(age)} ms`;
  const amount = age / size;
  return `${amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${unit}`;
}
