import {
  bytes,
  clock,
  count,
  counted,
  dateAndClock,
  duration,
  interval,
  money,
  NONE,
  percent,
  rate,
  shortened,
} from "../../cli/console/page/logic/format.js";

describe("numbers on the page", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [999.7, "1.00 s"],
    [1250, "1.25 s"],
    [9994, "9.99 s"],
    [9996, "10.0 s"],
    [59_940, "59.9 s"],
    [59_960, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_599_600, "1 h 00 min"],
    [11_220_000, "3 h 07 min"],
    [187_200_000, "2 d 04 h"],
  ])("tell %d ms as %s", (millis, text) => expect(duration(millis)).toBe(text));

  it.each([
    [250, "250 ms"],
    [1000, "1 s"],
    [1500, "1.5 s"],
    [300_000, "5 min"],
    [90_000, "90 s"],
  ])("tell an interval of %d ms as %s", (millis, text) => expect(interval(millis)).toBe(text));

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1500, "1.5 kB"],
    [999_499, "999 kB"],
    [999_600, "1.0 MB"],
    [12_300_000, "12 MB"],
    [5e12, "5.0 TB"],
    [5e15, "5000 TB"],
  ])("tell %d bytes as %s", (n, text) => expect(bytes(n)).toBe(text));

  it.each([
    [0, "$0"],
    [0.0000123, "$0.000012"],
    [0.00999, "$0.0100"],
    [0.05, "$0.050"],
    [0.5, "$0.50"],
    [12.345, "$12.35"],
    [12345.6, "$12,346"],
  ])("tell %d dollars as %s", (dollars, text) => expect(money(dollars)).toBe(text));

  it("tell counts, rates and shares with their units", () => {
    expect([count(1234567), counted(1, "batch", "batches"), counted(2, "batch", "batches")]).toEqual([
      "1,234,567",
      "1 batch",
      "2 batches",
    ]);
    expect([rate(0), rate(12.34), rate(1234.5)]).toEqual(["0/s", "12.3/s", "1,235/s"]);
    expect([percent(0.256), percent(1.49), percent(Number.NaN)]).toEqual(["26 %", "149 %", NONE]);
  });

  it("tell what is not known as such", () => {
    for (const tell of [duration, count, rate, bytes, money, percent]) expect(tell(undefined)).toBe(NONE);
  });

  it("tell times of the day, with milliseconds where there are any", () => {
    const at = new Date(2026, 10, 3, 4, 5, 6).getTime();
    expect(clock(at)).toBe("04:05:06");
    expect(clock(at + 50)).toBe("04:05:06.050");
    expect(dateAndClock(at)).toBe("2026-11-03 04:05:06");
  });

  it("cut long names in the middle", () => {
    expect(shortened("updateStateByKey-12", 30)).toBe("updateStateByKey-12");
    expect(shortened("a-very-long-operator-name-12", 16)).toBe("a-very-lon…me-12");
    expect(shortened("a-very-long-operator-name-12", 16)).toHaveLength(16);
  });
});
