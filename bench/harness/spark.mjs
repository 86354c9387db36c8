// Spark's side: is it there, and how it is started.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../spark/run", import.meta.url));

/** Why Spark's side cannot run; `undefined` when it can. Installs and compiles it when that has not been done. */
export function whyNoSpark() {
  const missing = ["java", "javac", "python3"].filter(
    (command) => spawnSync(command, ["--version"], { stdio: "ignore" }).status !== 0,
  );
  if (missing.length > 0) return `it needs Java 17 and Python, and there is no ${missing.join(", no ")}`;
  const { status, stderr } = spawnSync("bash", [script, "--prepare"], { encoding: "utf8" });
  return status === 0 ? undefined : `it could not be installed: ${stderr.trim().split("\n").at(-1)}`;
}

export const sparkSide = (args, env) => ({ command: "bash", args: [script, ...args.map(String)], env });
