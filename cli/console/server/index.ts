export { type ConsoleOptions, DEFAULT_PORT, type RunningConsole, startConsole } from "./server.js";
