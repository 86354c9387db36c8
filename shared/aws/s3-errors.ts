import { ThrottledError } from "../errors/index.js";
import { errorMessage, isThrottle } from "./service-errors.js";

/** The error to be thrown to the engine: throttling as such, everything else as it is. */
export function translated(error: unknown, what: string): unknown {
  return isThrottle(error) ? new ThrottledError(`${what}: ${errorMessage(error)}`, { what }, error) : error;
}
