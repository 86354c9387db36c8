// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are CloudFormation's own.
import { holds, inOrder, resolve, type Scope, type Template } from "./cloudformation/template.js";

function scopeOf(template: Partial<Template>, parameters: Record<string, unknown> = {}): Scope {
  return {
    template: { Resources: {}, ...template },
    parameters: { "AWS::Region": "us-east-1", "AWS::Partition": "aws", ...parameters },
    ref: (id) => `ref-of-${id}`,
    attribute: (id, name) => `${name}-of-${id}`,
  };
}

describe("resolve", () => {
  const scope = scopeOf({ Conditions: { Yes: { "Fn::Equals": ["a", "a"] } } }, { Size: "3" });

  it.each([
    [{ Ref: "AWS::Region" }, "us-east-1"],
    [{ Ref: "Size" }, "3"],
    [{ Ref: "Bucket" }, "ref-of-Bucket"],
    [{ "Fn::GetAtt": ["Bucket", "Arn"] }, "Arn-of-Bucket"],
    [{ "Fn::GetAtt": "Bucket.Arn" }, "Arn-of-Bucket"],
    [{ "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":s3"]] }, "arn:aws:s3"],
    [{ "Fn::Sub": "${Bucket}/${Bucket.Arn}/${!Literal}" }, "ref-of-Bucket/Arn-of-Bucket/${Literal}"],
    [{ "Fn::Sub": ["${a}-${AWS::Region}", { a: { Ref: "Size" } }] }, "3-us-east-1"],
    [{ "Fn::Select": ["1", { "Fn::Split": [":", "a:b:c"] }] }, "b"],
    [{ "Fn::If": ["Yes", 1, 2] }, 1],
    [
      { Statement: [{ Condition: { Bool: { "aws:SecureTransport": "false" } } }] },
      { Statement: [{ Condition: { Bool: { "aws:SecureTransport": "false" } } }] },
    ],
    [{ a: { Ref: "AWS::NoValue" }, b: [1, { Ref: "AWS::NoValue" }] }, { b: [1] }],
  ])("does %j", (value, expected) => {
    expect(resolve(value, scope)).toEqual(expected);
  });

  it("refuses what it does not know", () => {
    expect(() => resolve({ "Fn::Transform": {} }, scope)).toThrow("Fn::Transform is not supported");
    expect(() => holds("Unknown", scope)).toThrow("unresolved condition Unknown");
  });
});

describe("conditions", () => {
  const Conditions = {
    Prod: { "Fn::Equals": [{ Ref: "Stage" }, "prod"] },
    Small: { "Fn::Not": [{ Condition: "Prod" }] },
    Any: { "Fn::Or": [{ Condition: "Prod" }, { Condition: "Small" }] },
    Both: { "Fn::And": [{ Condition: "Prod" }, { Condition: "Small" }] },
  };

  it("hold by parameters and by each other", () => {
    const scope = scopeOf({ Conditions }, { Stage: "dev" });
    expect(["Prod", "Small", "Any", "Both"].map((name) => holds(name, scope))).toEqual([false, true, true, false]);
  });
});

describe("inOrder", () => {
  it("puts what is referred to first, however it is referred to", () => {
    const Resources = {
      A: { Type: "T", Properties: { x: [{ "Fn::Sub": "${B.Arn}" }] } },
      B: { Type: "T", Properties: { x: { "Fn::Join": ["", [{ "Fn::GetAtt": ["C", "Arn"] }]] } } },
      C: { Type: "T", DependsOn: ["D"] },
      D: { Type: "T", Properties: { x: { Ref: "E" } } },
      E: { Type: "T", Properties: { x: { Ref: "AWS::Region" } } },
    };
    expect(inOrder({ Resources })).toEqual(["E", "D", "C", "B", "A"]);
  });

  it("refuses circles", () => {
    const Resources = { A: { Type: "T", DependsOn: "B" }, B: { Type: "T", DependsOn: "A" } };
    expect(() => inOrder({ Resources })).toThrow("Circular dependency between resources: [A, B]");
  });
});
