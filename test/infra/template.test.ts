/** What holds of the template of every example. */
import { Validations } from "aws-cdk-lib";
import { Queue } from "aws-cdk-lib/aws-sqs";
import { AwsSolutionsChecks } from "cdk-nag";
import { describeApp, EXAMPLES, example, type Resource, resourcesOf, synthesise, valuesIn } from "./synthesise.js";

it("finds the examples", () => {
  expect(EXAMPLES).toEqual(expect.arrayContaining(["word-count", "kinesis-word-count"]));
});

describe.each(EXAMPLES)("template of %s", (name) => {
  const program = example(name);
  const { template } = synthesise(program);
  const resources = resourcesOf(template);
  const ofType = (type: string): readonly Resource[] => Object.values(resources).filter(({ Type }) => Type === type);

  it("refers to nothing that is not in it", () => {
    const parameters = Object.keys(template.toJSON().Parameters ?? {});
    const known = new Set([...Object.keys(resources), ...parameters]);
    const references = [...valuesIn(template.toJSON())].flatMap((value) => referencesOf(value));
    expect(references.length).toBeGreaterThan(50);
    expect(references.filter((name) => !name.startsWith("AWS::") && !known.has(name))).toEqual([]);
  });

  it("takes attributes only that resources of the type have", () => {
    const attributes = [...valuesIn(template.toJSON())].flatMap((value) => {
      const [id, attribute] = getAtt(value);
      return id === undefined ? [] : [`${resources[id]?.Type}.${attribute}`];
    });
    expect([...new Set(attributes)].sort()).toEqual(
      [
        "AWS::CloudWatch::Alarm.Arn",
        "AWS::DynamoDB::Table.Arn",
        "AWS::Events::Rule.Arn",
        "AWS::IAM::Role.Arn",
        ...(ofType("AWS::Kinesis::Stream").length > 0 ? ["AWS::Kinesis::Stream.Arn"] : []),
        "AWS::Lambda::Function.Arn",
        "AWS::Lambda::Version.Version",
        "AWS::Logs::LogGroup.Arn",
        "AWS::S3::Bucket.Arn",
        "AWS::SQS::Queue.Arn",
        "AWS::SQS::Queue.QueueName",
      ].sort(),
    );
  });

  it("has no cycle", () => {
    const state = new Map<string, "open" | "done">();
    const visit = (id: string, path: readonly string[]): void => {
      if (state.get(id) === "done" || resources[id] === undefined) return;
      if (state.get(id) === "open") throw new Error(`cycle: ${[...path, id].join(" → ")}`);
      state.set(id, "open");
      const { DependsOn = [], Properties } = resources[id];
      for (const next of [...DependsOn, ...[...valuesIn(Properties)].flatMap(referencesOf)]) visit(next, [...path, id]);
      state.set(id, "done");
    };
    for (const id of Object.keys(resources)) visit(id, []);
  });

  it("has no value left that CDK was to fill in", () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/\$\{Token\[|\$\{TOKEN|#\{Token\[|undefined|\[object Object\]/);
  });

  it("is the same when it is made again", () => {
    expect(synthesise(program).template.toJSON()).toEqual(template.toJSON());
  });

  it("runs everything on one runtime, on arm64, from one upload", () => {
    const functions = ofType("AWS::Lambda::Function").map(({ Properties }) => Properties);
    expect(functions).toHaveLength(6);
    for (const { Runtime, Architectures, Code } of functions) {
      expect(Runtime).toBe("nodejs22.x");
      expect(Architectures).toEqual(["arm64"]);
      expect(Code).toEqual(functions[0]?.Code);
    }
  });

  it("reserves no concurrency", () => {
    for (const { Properties } of ofType("AWS::Lambda::Function")) {
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
    }
  });

  it("keeps to what Lambda allows as settings", () => {
    for (const { Properties } of ofType("AWS::Lambda::Function")) {
      // Names that CloudFormation fills in are at most 64 characters, shorter than what stands for them here.
      expect(JSON.stringify(Properties.Environment).length).toBeLessThan(4096);
      expect(Properties.Timeout).toBeLessThanOrEqual(900);
    }
  });

  it("encrypts everything that is stored", () => {
    for (const { Properties } of ofType("AWS::Kinesis::Stream")) {
      expect(Properties.StreamEncryption).toEqual({ EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
    }
    template.hasResourceProperties("AWS::DynamoDB::Table", { SSESpecification: { SSEEnabled: true } });
    template.hasResourceProperties("AWS::SQS::Queue", { SqsManagedSseEnabled: true });
    template.hasResourceProperties("AWS::S3::Bucket", {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    });
  });

  it("keeps data, and logs for a time", () => {
    const data = ["AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::Kinesis::Stream"].flatMap(ofType);
    expect(data.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(data.map(() => "Retain"));
    const groups = ofType("AWS::Logs::LogGroup");
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(Array(6).fill(30));
    for (const { Properties } of ofType("AWS::Lambda::Function")) {
      expect(Properties.LoggingConfig).toHaveProperty("LogGroup.Ref");
    }
  });

  it("has a stream for each stream of the program", () => {
    const streams = describeApp(program).inputs.flatMap((input) => (input.type === "stream" ? [input.stream] : []));
    expect(ofType("AWS::Kinesis::Stream")).toHaveLength(new Set(streams).size);
  });

  it("is clean to cdk-nag", () => {
    const { app } = synthesise(program, { wakeUp: true });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });
});

it("would hear of what cdk-nag finds", () => {
  const { app, stack } = synthesise(example("kinesis-word-count"));
  new Queue(stack, "Open");
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
});

/** Data would be left behind under its old name, and the application begin anew, if one of these changed. */
it("calls what keeps data what it was always called", () => {
  const { template } = synthesise(example("word-count"));
  const named = Object.entries(resourcesOf(template)).filter(([, { DeletionPolicy, Type }]) => {
    return DeletionPolicy === "Retain" && Type !== "AWS::Lambda::Version";
  });
  expect(named.map(([id]) => id).sort()).toEqual([
    "ApplicationBucketF68764A0",
    "ApplicationStreamwordcountsocketTextStream060B7C783",
    "ApplicationTable83A3FA12",
  ]);
});

function referencesOf(value: unknown): readonly string[] {
  const [id] = getAtt(value);
  const ref = (value as { readonly Ref?: unknown } | null)?.Ref;
  return [id, ref].filter((name) => typeof name === "string");
}

function getAtt(value: unknown): readonly string[] {
  const target = (value as { readonly "Fn::GetAtt"?: unknown } | null)?.["Fn::GetAtt"];
  return Array.isArray(target) ? (target as string[]) : [];
}
