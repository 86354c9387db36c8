import { decode, encode } from "../codec/index.js";
import { type CallOutcome, deserializeError, type RecordedCall, serializeError } from "../executor/index.js";

/** The calls of one body, in call order, with what they came to: all that a replay needs to take the same way again. */
export class CallLog {
  readonly #calls: { readonly name: string; outcome?: CallOutcome }[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #ended = 0;

  get calls(): readonly RecordedCall[] {
    return this.#calls.map((call) => ({ ...call }));
  }

  /** Records a call, runs it with its position and the calls before it, and returns what executors will get for it. */
  record<R>(name: string, run: (position: number, before: readonly RecordedCall[]) => Promise<unknown>): Promise<R> {
    const before = this.calls;
    const call: { readonly name: string; outcome?: CallOutcome } = { name };
    this.#calls.push(call);
    const end = (result: CallOutcome["result"]): void => {
      call.outcome = { result, after: this.#calls.length, order: this.#ended++ };
    };
    const result = run(before.length, before)
      .then(encode)
      .then(
        (value) => {
          end({ value });
          return decode(value) as R;
        },
        (cause: unknown) => {
          const error = serializeError(cause);
          end({ error });
          throw deserializeError(error);
        },
      );
    this.#running.add(result);
    const ended = (): boolean => this.#running.delete(result);
    result.then(ended, ended);
    return result;
  }

  /** Waits for the calls that the body did not wait for itself. @throws what the first of them failed with. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) {
      const ended = await Promise.allSettled(this.#running);
      const failed = ended.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
  }
}
