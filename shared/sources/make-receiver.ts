import { encode } from "../codec/index.js";
import { IllegalArgumentError, UserCodeError } from "../errors/index.js";
import type { Receiver, ReceiverSpec } from "../streaming/index.js";
import { errorText } from "./error-text.js";
import { SocketReceiver, type SocketSurroundings } from "./socket-receiver.js";

/**
 * The receiver that a program described.
 * @throws {UserCodeError} when the program's function throws.
 * @throws {IllegalArgumentError} when it returns something else.
 */
export function makeReceiver(spec: ReceiverSpec, surroundings: SocketSurroundings): Receiver<unknown> {
  if (spec.type === "socket") return new SocketReceiver(spec, surroundings);
  const receiver = makeCustom(spec.make);
  if (typeof receiver?.attachSupervisor === "function") return receiver;
  throw new IllegalArgumentError(
    "The function given to receiverStream must return a new instance of a class that extends Receiver.",
  );
}

function makeCustom(make: () => Receiver<unknown>): Receiver<unknown> | undefined {
  try {
    return make();
  } catch (error) {
    throw new UserCodeError(`The function given to receiverStream threw: ${errorText(error)}`, {}, error);
  }
}

/** How a receiver's items become data; the other half is what StreamingContext gives the input to decode it with. */
export function itemEncoder(spec: ReceiverSpec): (item: unknown) => Uint8Array {
  // Lines stay the bytes they came as; whoever reads the stream decodes them as UTF-8.
  return spec.type === "socket" && spec.decoder === undefined ? (line) => line as Uint8Array : encode;
}
