import type { ReplayedBatch, ReplayedOutput } from "../../shared/monitor/index.js";
import { printable } from "../monitor/printable.js";
import { bytes, count, counted } from "./page/logic/format.js";

/** What a batch comes to when it is run again, for people to read. */
export function formatReplay(batch: ReplayedBatch): readonly string[] {
  const { time, committed, programChanged, records, stats, outputs } = batch;
  const tasks = stats.stages.reduce((sum, stage) => sum + stage.tasks, 0);
  return [
    `batch ${time} (${new Date(time).toISOString()})${committed ? "" : ", never committed"}: ${counted(records, "record")}, ${counted(tasks, "task")}`,
    ...(programChanged ? ["The program is not the one that ran it: it was changed since."] : []),
    ...stats.inputs.map(
      (input) =>
        `input ${input.uid}: ${counted(input.records, "record")}, ${bytes(input.bytes)}${filesOf(input.files)}`,
    ),
    ...stats.state.map(
      ({ uid, keys, written }) => `state ${uid}: ${counted(keys, "key")}, ${bytes(written)} would be written`,
    ),
    ...outputs.flatMap(formatOutput),
    "Nothing was changed.",
  ].map(printable);
}

function formatOutput({ uid, kind, elements, lines, files, same }: ReplayedOutput): readonly string[] {
  const verdict = same === undefined ? "" : same ? " — as committed" : " — NOT what was committed";
  const more = elements === undefined ? 0 : elements - lines.length;
  return [
    "",
    `output ${uid} (${kind})${elements === undefined ? "" : `, ${counted(elements, "element")}, body not run`}${verdict}`,
    ...lines.map((line) => `  ${line}`),
    ...(more > 0 ? [`  ... and ${count(more)} more`] : []),
    ...files.map((file) => `  would write ${file.path} (${bytes(file.bytes)})`),
  ];
}

function filesOf(files: readonly string[]): string {
  return files.length === 0 ? "" : ` from ${files.join(", ")}`;
}
