import { about, wrongNumbers, wrongValues } from "./exact.js";

describe("wrongNumbers", () => {
  it.each<[what: string, numbers: number[], wrong: string[]]>([
    ["is silent when all is exact", [1, 2, 3], []],
    ["sees what is lost", [1, 3], ["after 1 came 3"]],
    ["sees what is lost at the beginning", [2, 3], ["after 0 came 2"]],
    ["sees what is lost at the end", [1, 2], ["the last is 2 and should be 3"]],
    ["sees what came twice", [1, 2, 2, 3], ["after 2 came 2"]],
    ["sees what changed places", [2, 1, 3], ["after 0 came 2", "after 2 came 1", "after 1 came 3"]],
    ["sees what is there too much", [1, 2, 3, 4], ["the last is 4 and should be 3"]],
    ["sees what is no number", [1, Number.NaN, 3], ["after 1 came NaN", "after NaN came 3"]],
    ["sees that there is nothing", [], ["the last is 0 and should be 3"]],
  ])("%s", (_, numbers, wrong) => {
    expect(wrongNumbers(numbers, 3)).toEqual(wrong);
  });
});

describe("wrongValues", () => {
  it("sees values that are others, missing or too many", () => {
    const expected = new Map([
      ["same", 1],
      ["other", 2],
      ["missing", 3],
    ]);
    const found = new Map([
      ["same", 1],
      ["other", 3],
      ["new", 4],
    ]);
    expect(about("totals", wrongValues(found, expected))).toEqual([
      "totals: other is 3 and should be 2",
      "totals: missing is undefined and should be 3",
      "totals: new is 4 and should be undefined",
    ]);
  });
});
