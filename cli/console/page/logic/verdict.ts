/** The first question answered in words: does the application keep up, and why is that so? */
import type { AppView } from "../../../../shared/monitor/view.js";
import { count, duration, interval, percent } from "./format.js";

export interface Verdict {
  readonly level: "good" | "warn" | "bad" | "none";
  readonly title: string;
  readonly reasons: readonly string[];
}

type Told = Pick<
  AppView,
  | "state"
  | "keepsUp"
  | "batchDuration"
  | "processingTime"
  | "schedulingDelay"
  | "totalDelay"
  | "lagMillis"
  | "batches"
  | "error"
>;

/** @param connected false when the application is not heard of any more. */
export function verdictOf(app: Told, connected = true): Verdict {
  const reasons = reasonsFor(app);
  if (app.state === "failed") {
    return {
      level: "bad",
      title: "Failed",
      reasons: [app.error?.message.split("\n")[0] ?? "It was ended by an error."],
    };
  }
  if (app.state === "ended") return { level: "none", title: "Ended", reasons };
  if (!connected) return { level: "none", title: "Not connected", reasons: ["Nothing is heard of the application."] };
  if (app.state === "idle") return { level: "good", title: "Idle", reasons: ["It wakes up when records come."] };
  switch (app.keepsUp) {
    case "yes":
      return { level: "good", title: "Keeping up", reasons };
    case "barely":
      return { level: "warn", title: "Barely keeping up", reasons };
    case "no":
      return { level: "bad", title: "Falling behind", reasons };
    case "unknown":
      return { level: "none", title: "No batch yet", reasons: ["Nothing can be said before the first batch is done."] };
  }
}

function reasonsFor(app: Told): readonly string[] {
  const { processingTime, schedulingDelay = 0, lagMillis, batchDuration, batches } = app;
  if (processingTime === undefined) return [];
  const reasons = [
    `A batch takes ${duration(processingTime)} of its ${interval(batchDuration)} interval (${percent(processingTime / batchDuration)}).`,
  ];
  if (schedulingDelay > batchDuration) reasons.push(`Batches begin ${duration(schedulingDelay)} late.`);
  if (batches.waiting > 1) reasons.push(`${count(batches.waiting)} batches are waiting.`);
  reasons.push(
    lagMillis >= 1000 ? `Reading lags ${duration(lagMillis)} behind.` : "Reading is at the tip of its input.",
  );
  return reasons;
}
