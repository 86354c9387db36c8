/** What the driver tells others about a batch while it runs; everything that shows batches is fed from here. */
export interface BatchRecord {
  /** Batch time, epoch milliseconds. */
  readonly time: number;
  /** Records read from all inputs. */
  readonly records: number;
  /** When the batch was due or, if later, the driver free for it; epoch milliseconds. */
  readonly submittedAt: number;
  readonly startedAt: number;
  /** When the batch was committed. */
  readonly committedAt: number;
  readonly tasks: number;
  readonly shuffleBytes: number;
  /** Keys with state, over all stateful operators. */
  readonly stateKeys: number;
  readonly error: Error | undefined;
}

export interface DriverListener {
  /** A batch has been committed, or with `error` passed over. */
  onBatchCommitted?(record: BatchRecord): void;
  /** All output operations of a batch are done. */
  onOutputsCompleted?(time: number): void;
}
