/** Looking at a deployed application: page, terminal and replay, with the user's own credentials. Runs on any endpoint. */
import type { AppView, BatchSummary, GraphView, StateKeyView, TimelineView } from "../../shared/monitor/index.js";
import { openTarget, type Target } from "../aws/target.js";
import { type Ended, killStarted, type RunningProcess, removeFolders, sluice, startSluice } from "./cli-process.js";

const PROGRAM = "test/cli/programs/deployed.ts";

/** The CDK's command line takes most of it. */
const DEPLOY_MILLIS = 180_000;
const COMMAND_MILLIS = 90_000;

let target: Target;
let page: RunningProcess;
let url: string;

const place = (): string[] => ["--endpoint", target.endpoint, "--region", `${target.env.AWS_REGION}`];

function command(...args: string[]): Promise<Ended> {
  return sluice([...args, ...place()]);
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${url}${path}`)).json()) as T;
}

/** The batches, once there is one of which something holds. */
async function batchThat(holds: (batch: BatchSummary) => boolean): Promise<BatchSummary> {
  for (;;) {
    const found = (await get<TimelineView>("/api/v1/timeline")).batches.find(holds);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

beforeAll(async () => {
  target = await openTarget();
  const deployed = await command("deploy", PROGRAM, "--slots", "0", "--removal", "destroy");
  if (deployed.exitCode !== 0) throw new Error(deployed.stderr);
  const put = startSluice(["put", "words", ...place()]);
  put.process.stdin.end("east\nwest\neast");
  await put.ended;
  await command("start");
  page = startSluice(["console", PROGRAM, "--console-port", "0", ...place()]);
  [, url = ""] = await page.says(/(http:\/\/127\.0\.0\.1:\d+)/);
}, DEPLOY_MILLIS);

afterAll(async () => {
  await killStarted();
  removeFolders();
  await target?.close();
});

describe("sluice console", () => {
  it(
    "shows the application, its batches, its graph and its state",
    async () => {
      const batch = await batchThat(({ records, status }) => records === 3 && status === "completed");
      const app = await get<AppView>("/api/v1/app");
      expect(app).toMatchObject({ name: "cli-words", master: "stack sluice-cli-words", costIsHypothetical: false });
      expect(app.records).toBeGreaterThanOrEqual(3);
      expect(app.cost?.total).toBeGreaterThan(0);
      expect((await get<GraphView>("/api/v1/graph")).nodes.length).toBeGreaterThan(2);
      const view = await get<Record<string, unknown>>(`/api/v1/app/batches/${batch.time}`);
      expect(view.replay).toContain(`sluice replay ${PROGRAM} --batch ${batch.time} --stack sluice-cli-words`);
      const { operators } = await get<{ operators: { uid: string; keys: number }[] }>("/api/v1/state");
      expect(operators[0]?.keys).toBe(2);
      const key = await get<StateKeyView>(`/api/v1/state/${operators[0]?.uid}/key?key=east`);
      expect(key).toMatchObject({ found: true, value: "2" });
    },
    COMMAND_MILLIS,
  );
});

describe("sluice monitor", () => {
  it(
    "prints the batches of a deployed application",
    async () => {
      const { stdout, exitCode } = await command("monitor", "--batches", "3", "--json");
      const objects = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(objects[0]).toMatchObject({ type: "app", name: "cli-words" });
      expect(objects.filter(({ type }) => type === "batch")).toHaveLength(3);
      expect(exitCode).toBe(0);
    },
    COMMAND_MILLIS,
  );
});

describe("sluice replay", () => {
  it(
    "runs a batch of a deployed application on this machine",
    async () => {
      const { time } = await batchThat(({ records }) => records === 3);
      const { stdout, stderr, exitCode } = await command("replay", PROGRAM, "--batch", String(time));
      expect(stderr).toBe("");
      expect(stdout).toMatch(new RegExp(`^batch ${time} .*: 3 records, `));
      expect(stdout).toContain("as committed");
      expect(stdout).not.toContain("NOT what was committed");
      expect(exitCode).toBe(0);
    },
    COMMAND_MILLIS,
  );
});
