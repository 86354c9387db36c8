/** The commands on a deployed application, as an operator gives them. Runs on any endpoint. */
import type { Status } from "../../cli/deployed/status.js";
import { openTarget, type Target } from "../aws/target.js";
import { type Ended, killStarted, sluice, startSluice } from "./cli-process.js";

const PROGRAM = "test/cli/programs/deployed.ts";

/** The CDK's command line takes most of it. */
const DEPLOY_MILLIS = 180_000;
const COMMAND_MILLIS = 90_000;

/** Longest wait for records to be counted, milliseconds. */
const COUNTED_MILLIS = 30_000;

let target: Target;
let deployed: Ended;

/** The commands tell where by options, so that nothing in the environment does. */
async function command(...args: string[]): Promise<Ended> {
  return await sluice([...args, "--endpoint", target.endpoint, "--region", `${target.env.AWS_REGION}`]);
}

async function status(): Promise<Status> {
  const { stdout } = await command("status", "--json");
  return JSON.parse(stdout) as Status;
}

/** The status once so many keys are counted. */
async function counted(keys: number): Promise<Status> {
  const end = Date.now() + COUNTED_MILLIS;
  for (;;) {
    const seen = await status();
    if (seen.stateKeys === keys || Date.now() > end) return seen;
  }
}

beforeAll(async () => {
  target = await openTarget();
  deployed = await command("deploy", PROGRAM, "--slots", "0", "--removal", "destroy");
}, DEPLOY_MILLIS);

afterEach(killStarted);
afterAll(() => target?.close());

describe("sluice", () => {
  it("deploys a program, and tells what was made and what to do next", () => {
    expect(deployed.exitCode).toBe(0);
    expect(deployed.stdout).toMatch(/^application {5,}cli-words\nstack +sluice-cli-words\n/);
    expect(deployed.stdout).toMatch(/^stream words +sluice-cli-words/m);
    expect(deployed.stderr).toContain(`sluice put words FILE --stack sluice-cli-words --endpoint ${target.endpoint}`);
    expect(deployed.stderr).toContain(`sluice receive ${PROGRAM}`);
  });

  it(
    "starts it without waiting for the next tick",
    async () => {
      const { exitCode, stderr } = await command("start");
      expect(stderr).toMatch(/it runs; newest batch: 20/);
      expect(exitCode).toBe(0);
    },
    COMMAND_MILLIS,
  );

  it(
    "puts lines, which are counted",
    async () => {
      const { endpoint, env } = target;
      const put = startSluice(["put", "words", "--endpoint", endpoint, "--region", `${env.AWS_REGION}`]);
      put.process.stdin.end("east\nwest\neast");
      const { exitCode, stderr } = await put.ended;
      expect(stderr).toMatch(/records put into sluice-cli-words\S+: 3, bytes: 12\n/);
      expect(exitCode).toBe(0);
      expect(await counted(2)).toMatchObject({
        application: "cli-words",
        stack: "sluice-cli-words",
        state: "running",
        desired: "run",
        stateKeys: 2,
        lastBatch: { batchDurationMillis: 1000 },
      });
    },
    COMMAND_MILLIS,
  );

  it(
    "runs the program's receivers until it is told to stop",
    async () => {
      const { endpoint, env } = target;
      const receive = startSluice(["receive", PROGRAM, "--endpoint", endpoint, "--region", `${env.AWS_REGION}`]);
      await receive.says(/receiver \d \(ThreeWords\) started/);
      expect((await counted(4)).stateKeys).toBe(4);
      receive.kill("SIGTERM");
      const { exitCode, stderr } = await receive.ended;
      expect(stderr).toMatch(/SIGTERM: stopping the receivers.*all that was received is in the streams/s);
      expect(exitCode).toBe(0);
    },
    COMMAND_MILLIS,
  );

  it(
    "stops it when all that has arrived is counted",
    async () => {
      const put = startSluice(["put", "words", "--endpoint", target.endpoint, "--region", `${target.env.AWS_REGION}`]);
      put.process.stdin.end("up\ndown\n");
      await put.ended;
      const { exitCode, stderr } = await command("stop", PROGRAM, "--graceful");
      expect(stderr).toMatch(/told to process what has arrived.*stopped after batch 20/s);
      expect(exitCode).toBe(0);
      expect(await status()).toMatchObject({
        state: "stopped",
        desired: "stop",
        stateKeys: 6,
        owedOutputs: 0,
        lagMillis: 0,
        leaseExpires: 0,
      });
      expect((await command("stop")).stderr).toContain("it is stopped already");
    },
    COMMAND_MILLIS,
  );

  it(
    "starts it again where it was, and stops it at once",
    async () => {
      const before = await status();
      expect((await command("start", "--stack", "sluice-cli-words")).exitCode).toBe(0);
      expect((await command("stop", "--application", "cli-words")).stderr).toContain("stopped after batch");
      const after = await status();
      expect(after.token).toBeGreaterThan(before.token);
      expect(after.lastBatch?.batches).toBeGreaterThan(before.lastBatch?.batches as number);
      expect(after).toMatchObject({ state: "stopped", stateKeys: 6 });
    },
    COMMAND_MILLIS,
  );

  it(
    "says what is wrong with a name",
    async () => {
      const wrong = await Promise.all([
        command("status", "--stack", "nobody"),
        command("put", "nothing"),
        command("destroy", "sluice-cli-words"),
      ]);
      expect(wrong.map(({ exitCode }) => exitCode)).toEqual([1, 1, 2]);
      const [stack, stream, unasked] = wrong.map(({ stderr }) => stderr);
      expect(stack).toBe("sluice: There is no stack nobody in this account and region.\n");
      expect(stream).toMatch(/no stream nothing. Streams of deployed applications: words \(cli-words\)/);
      expect(unasked).toContain("add --yes");
    },
    COMMAND_MILLIS,
  );

  it(
    "removes it, with its data when it was deployed so, and says that before",
    async () => {
      const { exitCode, stderr } = await command("destroy", "sluice-cli-words", "--yes");
      expect(stderr).toMatch(/table \S+ +REMOVED.*bucket \S+ +REMOVED.*stream words \S+ +REMOVED/s);
      expect(stderr).toContain("stack sluice-cli-words is deleted");
      expect(exitCode).toBe(0);
      expect((await command("status", PROGRAM)).exitCode).toBe(1);
    },
    COMMAND_MILLIS,
  );
});
