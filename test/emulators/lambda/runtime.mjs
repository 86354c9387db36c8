/**
 * What runs in an execution environment: loads the handler and calls it for one event after another, over the Lambda
 * Runtime API. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;
const [host, port] = AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** The event at hand; undefined while starting. */
let requestId;

function call(method, path, body, headers = {}) {
  return new Promise((resolve) => {
    const outgoing = request(
      { host, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers },
      (incoming) => {
        const parts = [];
        incoming.on("data", (part) => parts.push(part));
        incoming.on("end", () => resolve({ headers: incoming.headers, body: Buffer.concat(parts).toString() }));
        incoming.on("error", gone);
      },
    );
    outgoing.on("error", gone);
    outgoing.end(body);
  });
}

/** Nobody is there to work for any more. */
function gone() {
  process.exit(0);
}

function described(error, type) {
  if (!(error instanceof Error)) return { errorType: type ?? typeof error, errorMessage: String(error), trace: [] };
  return { errorType: type ?? error.name, errorMessage: error.message, trace: (error.stack ?? "").split("\n") };
}

async function report(error, type) {
  const what = described(error, type);
  console.error(requestId === undefined ? "Uncaught Exception" : "Invoke Error", JSON.stringify(what));
  const path = requestId === undefined ? "init/error" : `invocation/${requestId}/error`;
  await call("POST", path, JSON.stringify(what), { "lambda-runtime-function-error-type": what.errorType });
}

async function die(error, type, code) {
  await report(error, type);
  process.exit(code);
}

process.on("uncaughtException", (error) => void die(error, undefined, 129));
process.on("unhandledRejection", (reason) => {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  const wrapped = Object.assign(new Error(`${error.name}: ${error.message}`), { stack: error.stack });
  void die(wrapped, "Runtime.UnhandledPromiseRejection", 128);
});

async function loadHandler() {
  const dot = _HANDLER.lastIndexOf(".");
  const [module, name] = [_HANDLER.slice(0, dot), _HANDLER.slice(dot + 1)];
  const file = ["mjs", "js", "cjs"].map((end) => join(LAMBDA_TASK_ROOT, `${module}.${end}`)).find(existsSync);
  if (file === undefined) {
    const error = new Error(`Error: Cannot find module '${module}'`);
    return die(error, "Runtime.ImportModuleError", 1);
  }
  let loaded;
  try {
    loaded = await import(pathToFileURL(file));
  } catch (error) {
    const missing = ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(error?.code);
    return missing
      ? die(new Error(`Error: ${error.message}`), "Runtime.ImportModuleError", 1)
      : die(error, error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : undefined, 1);
  }
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler === "function") return handler;
  return die(new Error(`${_HANDLER} is undefined or not exported`), "Runtime.HandlerNotFound", 1);
}

function contextOf(headers) {
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** Handlers of three parameters call back; all others return. */
function run(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const result = handler(event, context, (error, value) => (error ? reject(error) : resolve(value)));
    result?.then?.(resolve, reject);
  });
}

const handler = await loadHandler();
for (;;) {
  const next = await call("GET", "invocation/next");
  requestId = next.headers["lambda-runtime-aws-request-id"];
  try {
    const result = await run(handler, JSON.parse(next.body), contextOf(next.headers));
    await call("POST", `invocation/${requestId}/response`, JSON.stringify(result) ?? "null");
  } catch (error) {
    await report(error);
  }
}
