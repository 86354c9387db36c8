import { parseCount, parseDuration, parseSize } from "../../cli/arguments.js";

describe("parseDuration", () => {
  it.each([
    ["250ms", 250],
    ["1s", 1000],
    ["1.5s", 1500],
    ["0.25s", 250],
    ["2m", 120_000],
    ["0.5m", 30_000],
    [" 1s ", 1000],
  ])("takes %j", (text, millis) => {
    expect(parseDuration(text).milliseconds).toBe(millis);
  });

  it.each([
    ["500", "It has no unit: write 500ms, 500s or 500m."],
    ["1.5", "It has no unit: write 1.5ms, 1.5s or 1.5m."],
    ["1h", "Durations look like 250ms, 1s, 1.5s or 2m."],
    ["1 s", "Durations look like 250ms, 1s, 1.5s or 2m."],
    ["-1s", "Durations look like 250ms, 1s, 1.5s or 2m."],
    ["1e3ms", "Durations look like 250ms, 1s, 1.5s or 2m."],
    ["s", "Durations look like 250ms, 1s, 1.5s or 2m."],
    ["", "Durations look like 250ms, 1s, 1.5s or 2m."],
    ["0s", "Use whole milliseconds, at least 1ms."],
    ["0.5ms", "Use whole milliseconds, at least 1ms."],
    ["99999999999999999999s", "Use whole milliseconds, at least 1ms."],
  ])("refuses %j", (text, message) => {
    expect(() => parseDuration(text)).toThrow(message);
  });
});

describe("parseCount", () => {
  it.each([
    ["1", 1],
    ["100", 100],
  ])("takes %j", (text, count) => {
    expect(parseCount(text)).toBe(count);
  });

  it.each(["0", "-1", "1.5", "1e3", "ten", "", "99999999999999999999"])("refuses %j", (text) => {
    expect(() => parseCount(text)).toThrow("Use a whole number of at least 1.");
  });
});

describe("parseSize", () => {
  it("takes 0 as well", () => {
    expect([parseSize("0"), parseSize("4")]).toEqual([0, 4]);
    expect(() => parseSize("-1")).toThrow("Use a whole number of at least 0.");
  });
});
