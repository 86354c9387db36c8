import type { Workload } from "../../../shared/simulation/index.js";
import { counts } from "./counts.js";
import { joins } from "./joins.js";
import { poison } from "./poison.js";
import { sessions } from "./sessions.js";
import { stages } from "./stages.js";
import { windows } from "./windows.js";

export const workloads: readonly Workload[] = [counts, windows, joins, sessions, stages, poison];
