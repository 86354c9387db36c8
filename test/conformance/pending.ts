const WINDOWS = "windows are not there yet";

/**
 * Operations of the table that Sluice does not have yet, and why. Cases that need one are skipped, with the reason in their
 * title. Once `DStream` has the operation, its entry fails the run until it is removed.
 */
export const PENDING_OPERATIONS: Readonly<Record<string, string>> = {
  window: WINDOWS,
  reduceByWindow: WINDOWS,
  countByWindow: WINDOWS,
  countByValueAndWindow: WINDOWS,
  groupByKeyAndWindow: WINDOWS,
  reduceByKeyAndWindow: WINDOWS,
  mapWithState: "mapWithState is not there yet",
  slice: "slices of past batches are not there yet",
};
