/** A client of the SDK that answers by script: for what a server cannot be made to say, and for virtual time. */

/** What was sent: the operation and its input. */
export interface Sent {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type Script = Readonly<Record<string, (input: never, call: number) => unknown>>;

/** @param script by operation: the reply to the input, on the n-th call (from 1). */
export function scriptedClient<Client>(script: Script): { readonly client: Client; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const client = {
    async send(command: { readonly constructor: { readonly name: string }; readonly input: Record<string, unknown> }) {
      const operation = command.constructor.name.replace(/Command$/, "");
      sent.push({ operation, input: command.input });
      const reply = script[operation];
      if (reply === undefined) throw new Error(`${operation} is not in the script`);
      return reply(command.input as never, sent.filter((other) => other.operation === operation).length);
    },
  };
  return { client: client as unknown as Client, sent };
}

/** An error as the SDK throws it. */
export function serviceError(name: string, message = name, httpStatusCode = 400, attempts = 1): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode, attempts } });
}
