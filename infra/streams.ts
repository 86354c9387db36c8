/** The streams of a program: existing ones where they are given, new ones for the rest, those of receivers included. */
import { Annotations, Duration, type RemovalPolicy } from "aws-cdk-lib";
import * as kinesis from "aws-cdk-lib/aws-kinesis";
import type { Construct } from "constructs";
import { IllegalArgumentError } from "../shared/errors/index.js";
import type { ProgramDescription } from "../shared/plan/index.js";

/** By name in the program. */
export type Streams = Readonly<Record<string, kinesis.IStream>>;

export interface StreamsProps {
  readonly program: ProgramDescription;
  readonly existing: Streams;
  /** Shards of each new stream. */
  readonly shards: number;
  readonly removalPolicy: RemovalPolicy;
}

/** @throws {IllegalArgumentError} for a stream that the program does not read. */
export function streamsOf(scope: Construct, { program, existing, shards, removalPolicy }: StreamsProps): Streams {
  const names = new Set(program.inputs.flatMap((input) => (input.type === "stream" ? [input.stream] : [])));
  const unknown = Object.keys(existing).find((name) => !names.has(name));
  if (unknown !== undefined) {
    throw new IllegalArgumentError(
      `${program.name} reads no stream "${unknown}"; it reads: ${[...names].join(", ") || "none"}.`,
      { stream: unknown },
    );
  }
  const streams = [...names].map((name) => [name, existing[name] ?? newStream(scope, name, shards, removalPolicy)]);
  return Object.fromEntries(streams);
}

/** Named after the stream in the program, so that it stays the same stream whatever else changes there. */
function newStream(scope: Construct, name: string, shards: number, removalPolicy: RemovalPolicy): kinesis.Stream {
  return new kinesis.Stream(scope, `Stream-${name}`, {
    shardCount: shards,
    retentionPeriod: Duration.hours(24),
    encryption: kinesis.StreamEncryption.MANAGED,
    removalPolicy,
  });
}

/** Says what a deployment of this program will lack. */
export function warnOfLocalInputs(scope: Construct, { inputs, files }: ProgramDescription): void {
  const directories = inputs.flatMap((input) => (input.type === "files" ? [input.directory] : []));
  for (const path of [...directories, ...files.map((file) => file.path)]) {
    if (path.startsWith("s3://")) continue;
    Annotations.of(scope).addWarningV2(
      "sluice:local-directory",
      `The program reads ${path}, which is not there on AWS: give it a directory of S3 (s3://bucket/path).`,
    );
  }
}
