import { IllegalArgumentError } from "../errors/index.js";
import { kindOfPrototype } from "./kinds.js";

/** How values of a class travel: as a plain value, under a name that stays the same for ever. */
export interface Codec<T, P> {
  /** Written with every value; how the class is found again. */
  readonly name: string;
  /** Written with every value and given to `decode`, which must go on reading older ones. Default 1. */
  readonly version?: number;
  /** The value as data that can be encoded. */
  encode(value: T): P;
  /** The value again. `version` is the one `plain` was written in. */
  decode(plain: P, version: number): T;
}

/** A codec of whatever class. */
export interface RegisteredCodec {
  readonly type: object;
  readonly name: string;
  readonly version: number;
  encode(value: object): unknown;
  decode(plain: unknown, version: number): unknown;
}

const byName = new Map<string, RegisteredCodec>();
const byPrototype = new Map<object, RegisteredCodec>();

/**
 * Lets values of a class travel and be stored. Call it where the class is defined, so that it runs in every process.
 * Subclasses without a codec of their own use it, too; `encode` must then keep what tells them apart.
 *
 * @throws IllegalArgumentError when the name belongs to another class, the class has another name already, the version is
 * not a whole number from 0 to 2^31 − 1, or values of the class need no codec
 * @example
 * class Money {
 *   constructor(readonly cents: bigint, readonly currency: string) {}
 * }
 * registerCodec(Money, {
 *   name: "Money",
 *   encode: (money) => [money.cents, money.currency] as const,
 *   decode: ([cents, currency]) => new Money(cents, currency),
 * });
 */
export function registerCodec<T, P>(type: abstract new (...args: never[]) => T, codec: Codec<T, P>): void {
  const { name, version = 1 } = codec;
  if (typeof name !== "string" || name === "") throw new IllegalArgumentError("A codec needs a name.");
  if (!Number.isInteger(version) || version < 0 || version >= 2 ** 31) {
    throw new IllegalArgumentError(
      `The version of codec ${name} must be a whole number from 0, not ${String(version)}.`,
    );
  }
  const prototype = type.prototype as object;
  if (kindOfPrototype(prototype) !== undefined) {
    throw new IllegalArgumentError(`Values of ${type.name} need no codec: they can be encoded as they are.`);
  }
  const namesake = byName.get(name);
  if (namesake !== undefined && namesake.type !== type) {
    throw new IllegalArgumentError(`The codec name ${name} belongs to another class already: give each class its own.`);
  }
  const earlier = byPrototype.get(prototype);
  if (earlier !== undefined && earlier.name !== name) {
    throw new IllegalArgumentError(`Class ${type.name} is registered as ${earlier.name} already, not as ${name}.`);
  }
  const registered: RegisteredCodec = {
    type,
    name,
    version,
    encode: (value) => codec.encode(value as T),
    decode: (plain, written) => codec.decode(plain as P, written),
  };
  byName.set(name, registered);
  byPrototype.set(prototype, registered);
}

/** The codec of the value's class, or of the nearest class above it. */
export function codecOf(value: object): RegisteredCodec | undefined {
  if (byPrototype.size === 0) return undefined;
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const codec = byPrototype.get(prototype);
    if (codec !== undefined) return codec;
  }
  return undefined;
}

/** The codec that was registered under the name. */
export function codecNamed(name: string): RegisteredCodec | undefined {
  return byName.get(name);
}
