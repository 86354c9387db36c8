/**
 * Which executor is to do the work. Stateless tasks share `any`; tasks with state go to their slot, where their state is
 * warm; small work is marked `in-place`: the caller's own process will do, where there is such an executor.
 */
export type Target =
  | { readonly type: "any" }
  | { readonly type: "slot"; readonly slot: number }
  | { readonly type: "in-place" };

/**
 * Runs a request on an executor and returns its reply. Requests and replies are plain data of the value codec, so
 * that every implementation may carry them as bytes. On AWS this is `Invoke` (RequestResponse) of a Lambda function.
 *
 * An implementation may run a request more than once (SDKs retry): names that an execution writes come from
 * {@link Ids} of that execution, never from the request.
 */
export interface Invoker {
  /** How many requests can run at the same time; tasks are grouped so that about this many are sent. */
  readonly parallelism: number;
  /**
   * @param signal Says that the reply is not wanted any more: then the call rejects soon, and when it has, nothing of it is
   * under way on the caller's side. The executor may go on.
   * @throws {ExecutorLostError} when the executor crashed, timed out or was killed: another attempt may do better.
   * @throws {ThrottledError} when there was no room for it: try again later.
   */
  invoke(target: Target, request: unknown, signal?: AbortSignal): Promise<unknown>;
}
