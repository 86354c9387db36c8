/** Which real stream is meant by a name. */
import { IllegalArgumentError } from "../../shared/errors/index.js";
import type { DeployedApplication } from "./application.js";

/**
 * A stream of an application by its name in the program; any other name is that of a real stream.
 * @throws {IllegalArgumentError} when several applications have such a stream.
 */
export function realStream(stream: string, applications: readonly DeployedApplication[]): string {
  const having = applications.filter(({ streams }) => Object.hasOwn(streams, stream));
  const [first, ...others] = having;
  if (others.length > 0) {
    const list = having.map((one) => `--stack ${one.stack} --application ${one.name}`).join("\n  ");
    throw new IllegalArgumentError(`Several applications read a stream "${stream}". Say which one:\n  ${list}`);
  }
  return first?.streams[stream] ?? stream;
}

/** What could have been meant, for the message that there is no such stream. */
export function knownStreams(applications: readonly DeployedApplication[]): string {
  const names = applications.flatMap(({ name, streams }) =>
    Object.keys(streams).map((stream) => `${stream} (${name})`),
  );
  return names.length === 0 ? "" : ` Streams of deployed applications: ${names.join(", ")}.`;
}
