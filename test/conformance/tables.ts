import { readFileSync } from "node:fs";
import { resolve } from "node:path";

/** The rows of one of the tables of facts beside this file. */
export function readTable<Row>(name: "cases.json" | "facts.json" | "pid.json" | "time.json"): readonly Row[] {
  return JSON.parse(readFileSync(resolve(__dirname, name), "utf8"));
}
