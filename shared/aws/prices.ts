/** The price table is below, where the monitor can use it too. */
export { costOfInvocations, costOfRequests, costOfRunning } from "../monitor/prices.js";
