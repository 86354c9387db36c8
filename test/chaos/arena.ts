/** Where chaos runs take place, one after the other, and what they come to. */

export interface Outcome {
  /** Processes that were killed (SIGKILL). */
  readonly kills: number;
  /** Processes that were stopped (SIGSTOP) for a while. */
  readonly stops: number;
  /** Records that were received. */
  readonly records: number;
  /** What is not as it should be; empty when the run was exact. */
  readonly wrong: readonly string[];
}

export interface Arena {
  /**
   * One run, whose choices depend on the seed alone.
   * @param directory Where the run may leave what is needed to look into it.
   */
  run(seed: number, directory: string): Promise<Outcome>;
  close(): Promise<void>;
}
