/**
 * Operations of the table that Sluice does not have yet, and why. Cases that need one are skipped, with the reason in their
 * title. Once `DStream` has the operation, its entry fails the run until it is removed.
 */
export const PENDING_OPERATIONS: Readonly<Record<string, string>> = {};
